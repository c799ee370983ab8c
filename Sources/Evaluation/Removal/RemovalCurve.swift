/// What the network says of one image while units are removed: f(x_0) … f(x_K).
public struct RemovalCurve: Sendable, Equatable {
  /// The target's score before any softmax.
  public let logits: [Double]
  /// The target's probability, softmax over all scores.
  public let probabilities: [Double]

  /// - Precondition: as many of both, at least two.
  public init(logits: [Double], probabilities: [Double]) {
    precondition(logits.count == probabilities.count && logits.count > 1, "a curve of \(logits.count) points")
    (self.logits, self.probabilities) = (logits, probabilities)
  }
}
