import Foundation

/// Normally distributed numbers of mean 0 and deviation 1 from a seed: SplitMix64 and the Box–Muller transform, the same
/// on every machine up to the last bits of log and cos.
package struct NormalNumbers {
  private var random: SplitMix64
  package init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// In 0 ..< 1, 53 bits.
  private mutating func uniform() -> Double { Double(random.next() >> 11) / 0x1p53 }

  package mutating func next() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
