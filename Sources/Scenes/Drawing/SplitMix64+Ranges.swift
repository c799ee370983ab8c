import RelevancePropagation

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
