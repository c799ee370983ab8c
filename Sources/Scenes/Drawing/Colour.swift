import RelevancePropagation

/// A colour by hue (degrees), saturation and lightness (0 … 1).
struct Colour: Hashable {
  var hue: Double
  var saturation: Double
  var lightness: Double

  init(_ hue: Double, _ saturation: Double, _ lightness: Double) {
    let turns = (hue / 360).rounded(.down)
    self.hue = hue - 360 * turns
    self.saturation = min(max(saturation, 0), 1)
    self.lightness = min(max(lightness, 0), 1)
  }

  static let black = Colour(0, 0, 0.08)
  static let white = Colour(0, 0, 0.96)

  static func grey(_ lightness: Double) -> Colour { Colour(0, 0, lightness) }

  /// Any hue, in the given ranges of saturation and lightness.
  static func any(
    _ random: inout SplitMix64, saturation: ClosedRange<Double> = 0.2...0.9, lightness: ClosedRange<Double> = 0.25...0.8
  ) -> Colour {
    Colour(random.real(0...360), random.real(saturation), random.real(lightness))
  }

  func lighter(_ amount: Double) -> Colour { Colour(hue, saturation, lightness + amount) }
  func darker(_ amount: Double) -> Colour { Colour(hue, saturation, lightness - amount) }

  /// As SVG reads it, `#rrggbb`. HSL to RGB: CSS Color Module Level 4, section 7.1.
  var text: String {
    let chroma = saturation * min(lightness, 1 - lightness)
    let digits = Array("0123456789abcdef")
    var text = "#"
    for offset in [0.0, 8, 4] {
      let k = (offset + hue / 30).truncatingRemainder(dividingBy: 12)
      let value = lightness - chroma * max(-1, min(k - 3, 9 - k, 1))
      let byte = Int((value * 255).rounded())
      text.append(digits[byte >> 4])
      text.append(digits[byte & 15])
    }
    return text
  }
}
