import RelevancePropagation

/// What is judged: LRP with a composite, or a baseline.
public enum Method: Sendable {
  case composite(Preset)
  case baseline(any AttributionMethod)

  /// A composite's own way of writing it, or the baseline with its numbers.
  public var label: String {
    switch self {
    case .composite(let preset):
      preset.parameters.isEmpty
        ? preset.name
        : "\(preset.name):"
          + preset.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          .joined(separator: ",")
    case .baseline(let method): method.label
    }
  }
}
