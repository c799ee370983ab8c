import Foundation

/// What the network says of one image.
public struct Scores: Sendable {
  /// One score a class, before any softmax.
  public let logits: [Float]

  public init(_ logits: [Float]) { self.logits = logits }

  /// Index of the highest score, the first of equal ones.
  public var topClass: Int { logits.indices.max { (logits[$0], -$0) < (logits[$1], -$1) } ?? 0 }

  /// Classes by falling score.
  public var ranking: [Int] { logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) } }

  /// Softmax of the scores, in Double.
  public var probabilities: [Double] {
    let largest = Double(logits.max() ?? 0)
    let exponentials = logits.map { Foundation.exp(Double($0) - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}

/// Scores that are NaN or infinite.
public struct ScoresError: Error, CustomStringConvertible {
  public let image: Int
  public var description: String {
    "image \(image): the network's scores are NaN or infinite; do weights and preprocessing belong together?"
  }
}
