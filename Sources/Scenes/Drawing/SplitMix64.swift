/// A small seeded source of random numbers: the same seed gives the same numbers on every machine.
///
/// x ← x + 0x9e3779b97f4a7c15, then two rounds of xor-shift and multiply. Steele, Lea, Flood: Fast splittable
/// pseudorandom number generators, OOPSLA 2014, figure 17 (constants of D. Stafford's variant 13).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

// Own conversions: the standard library does not promise that its `random(in:using:)` stays the same between releases.
extension SplitMix64 {
  /// Uniform in `range`, from the upper 53 bits.
  mutating func real(_ range: ClosedRange<Double>) -> Double {
    let unit = Double(next() >> 11) * 0x1p-53
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() >> 33) % range.count
  }

  mutating func chance(_ probability: Double) -> Bool { real(0...1) < probability }

  mutating func element<Element>(_ choices: [Element]) -> Element { choices[integer(0...choices.count - 1)] }
}
