/// What is explained: the relevance the backward pass starts from.
public enum Target: Sendable, Hashable {
  /// The score of a class: R = logit there, 0 elsewhere.
  case logit(Int)
  /// 1 at a class, 0 elsewhere: gradients, and peers that start from 1.
  case one(Int)

  /// Relevance at the output for one image's scores.
  public func relevance(for scores: some RandomAccessCollection<Float>) -> [Float] {
    var result = [Float](repeating: 0, count: scores.count)
    switch self {
    case .logit(let index): result[index] = scores[scores.index(scores.startIndex, offsetBy: index)]
    case .one(let index): result[index] = 1
    }
    return result
  }

  /// Start relevance of a batch: the targets of image 0, then those of image 1, `[N · targets, …]`.
  ///
  /// - Precondition: as many targets for every image.
  public static func start(_ targets: [[Target]], scores: Tensor) -> Tensor {
    let entry = Shape(Array(scores.shape.extents.dropFirst()))
    let count = entry.count
    let values = scores.scalars
    let relevance = targets.enumerated().flatMap { image, targets in
      targets.flatMap { $0.relevance(for: values[image * count..<(image + 1) * count]) }
    }
    return Tensor(shape: Shape([relevance.count / count] + entry.extents), scalars: relevance)
  }
}
