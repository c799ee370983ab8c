import Foundation

/// Normally distributed numbers of mean 0 and deviation 1 from a seed: SplitMix64 and the Box–Muller transform, the same
/// on every machine up to the last bits of log and cos.
struct NormalNumbers {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  /// In 0 ..< 1, 53 bits.
  private mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / 0x1p53
  }

  mutating func next() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
