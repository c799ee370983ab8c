import RelevancePropagation

/// What lies over everything: uneven light and the grain of a film, so that a subject is no smoother than its ground.
enum Grain {
  static func draw(_ random: inout SplitMix64) -> String {
    var pen = Pen()
    let light = random.real(0...0.22)
    pen.raw("<radialGradient id=\"light\" cx=\"\(Pen.number(random.real(0.1...0.9)))\" cy=\"")
    pen.raw("\(Pen.number(random.real(0.1...0.9)))\" r=\"0.9\"><stop offset=\"0\" stop-color=\"#fff\" stop-opacity=\"")
    pen.raw("\(Pen.number(light))\"/><stop offset=\"1\" stop-color=\"#000\" stop-opacity=\"\(Pen.number(light))\"/>")
    pen.raw("</radialGradient>\n<rect width=\"100\" height=\"100\" fill=\"url(#light)\"/>\n")
    pen.texture(
      "grain", frequency: (random.real(0.25...0.7), random.real(0.25...0.7)), octaves: 1,
      opacity: random.real(0.05...0.2), colour: random.real(0...0.8), seed: random.integer(1...9999))
    return pen.text
  }
}

extension Pen {
  /// A sheet of coloured noise over the whole canvas.
  ///
  /// SVG's feTurbulence (Perlin noise); `frequency` in cycles a unit along x and y; `colour` 0 is grey, 1 as colourful
  /// as three independent channels are. The alpha is made even, the contrast doubled.
  mutating func texture(
    _ name: String, frequency: (x: Double, y: Double), octaves: Int, opacity: Double, colour: Double, seed: Int,
    ridged: Bool = false
  ) {
    // Five decimals in hundredths: low frequencies need them.
    func fine(_ value: Double) -> String { "\(Pen.number(value * 1000))e-3" }
    raw("<filter id=\"\(name)\" x=\"0\" y=\"0\" width=\"1\" height=\"1\" color-interpolation-filters=\"sRGB\">")
    raw("<feTurbulence type=\"\(ridged ? "turbulence" : "fractalNoise")\" baseFrequency=\"\(fine(frequency.x)) ")
    raw("\(fine(frequency.y))\" numOctaves=\"\(octaves)\" seed=\"\(seed)\"/>")
    // Red and blue move towards green; then each is 2 v − 0.5.
    let (own, green) = (Pen.number(2 * colour), Pen.number(2 - 2 * colour))
    raw("<feColorMatrix values=\"\(own) \(green) 0 0 -0.5 0 2 0 0 -0.5 0 \(green) \(own) 0 -0.5 0 0 0 0 1\"/>")
    raw("</filter>\n")
    raw("<rect width=\"100\" height=\"100\" filter=\"url(#\(name))\" opacity=\"\(Pen.number(opacity))\"/>\n")
  }
}
