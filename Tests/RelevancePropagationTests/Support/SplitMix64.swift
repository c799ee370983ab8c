@testable import RelevancePropagation

/// What the tests draw from it.
extension SplitMix64 {
  /// A multiple of 1/8 in `range` eighths. Sums of their products are exact in float32, so that a denominator has no
  /// rounding error and a comparison to 1e-5 is not at the mercy of cancellation.
  mutating func eighths(_ range: ClosedRange<Int>) -> Float { Float(Int.random(in: range, using: &self)) / 8 }

  mutating func eighths(_ range: ClosedRange<Int>, count: Int) -> [Float] {
    (0..<count).map { _ in eighths(range) }
  }

  /// Any number in −1 ..< 1.
  mutating func unit() -> Float { Float.random(in: -1..<1, using: &self) }

  mutating func units(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in scale * unit() } }

  /// Odd multiples of 1/128: added to sums of products of eighths they keep every sum away from 0.
  mutating func biases(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(2 * Int.random(in: -60...60, using: &self) + 1) / 128 }
  }
}
