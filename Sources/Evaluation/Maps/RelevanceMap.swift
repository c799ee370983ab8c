import RelevancePropagation

/// The relevance of every pixel, as scores read it: R summed over the channels, `[H, W]`, rows from the top.
///
/// A map that exists can be judged: it is finite, and it tells some pixels from others.
public struct RelevanceMap: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// Row by row.
  public let values: [Float]

  /// - Parameter relevance: `[C, H, W]` or `[H, W]`, of one image.
  /// - Throws: `EvaluationError` for a map with NaN or infinite numbers, and for one of zeros alone.
  public init(_ relevance: Tensor) throws {
    guard (2...3).contains(relevance.shape.rank), relevance.count > 0 else {
      throw EvaluationError("relevance \(relevance.shape): expected [C, H, W] or [H, W] of one image")
    }
    let map = relevance.summedOverChannels
    (height, width) = (map.shape[0], map.shape[1])
    if let index = relevance.firstNonFinite {
      let pixel = index % (height * width)
      throw EvaluationError(
        "relevance is \(relevance.scalars[index]) at channel \(index / (height * width)), row \(pixel / width), column "
          + "\(pixel % width); such a map cannot be scored: explain the image anew, or with another stabilizer")
    }
    values = map.scalars
    guard values.allSatisfy(\.isFinite) else {
      throw EvaluationError("the relevance of a pixel, summed over the channels, exceeds the range of Float")
    }
    guard values.contains(where: { $0 != 0 }) else {
      throw EvaluationError(
        "the relevance of every pixel is 0: no pixel is more relevant than another, and there is nothing to score; does "
          + "the rule let relevance reach the input?")
    }
  }

  /// - Precondition: `values` are those of a map that was checked, in any order or with any sign.
  init(height: Int, width: Int, checked values: [Float]) {
    precondition(values.count == height * width, "\(values.count) values for \(height) × \(width)")
    (self.height, self.width, self.values) = (height, width, values)
  }

  public var count: Int { values.count }

  /// The map with the opposite sign.
  public var negated: RelevanceMap {
    RelevanceMap(height: height, width: width, checked: values.map { -$0 })
  }

  /// Numbers drawn at random, evenly in −1 ..< 1: what an explanation is worth that knows nothing.
  public static func random(height: Int, width: Int, seed: UInt64) -> RelevanceMap {
    var numbers = SplitMix64(seed: seed)
    return RelevanceMap(
      height: height, width: width,
      checked: (0..<height * width).map { _ in Float(Int(numbers.next() >> 40) - 1 << 23) / 0x1p23 })
  }
}
