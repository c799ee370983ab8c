/// Steele, Lea and Flood's SplitMix64: 64 bits of state, the same numbers on every machine. For this package's own use.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64
  package init(seed: UInt64) { state = seed }

  /// As if `count` numbers had been taken.
  package mutating func skip(_ count: Int) { state &+= Self.step &* UInt64(count) }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  package mutating func next() -> UInt64 {
    state &+= Self.step
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
