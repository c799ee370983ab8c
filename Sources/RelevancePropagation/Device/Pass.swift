/// What a layer is asked for: which sums, and how far their rounding errors reach.
enum Pass: Hashable {
  /// Activations. An error here decides which rectifiers are open and which pixel wins a pooling window.
  case forward
  /// Denominators of rules. A sum of zeros must be 0, and what nearly cancels must be right to its own size, unless the
  /// denominators are bounded: at least as large as the activation whose relevance they divide. Then an error changes
  /// shares no more than in proportion.
  case denominators(bounded: Bool)
  /// s on its way back. Where denominators are not bounded s may be huge at one unit, on its way to inputs that are tiny;
  /// an error relative to the largest s nearby would drown its neighbours.
  case backward(bounded: Bool)

  var isBackward: Bool { if case .backward = self { true } else { false } }
}
