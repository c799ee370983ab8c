/// Steele, Lea and Flood's SplitMix64: 64 bits of state, the same numbers on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

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
