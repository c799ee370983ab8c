import RelevancePropagation

/// Things without a name: bushes, clouds, stones, lines, patches of colour.
enum Clutter {
  static func draw(_ random: inout SplitMix64) -> String {
    var pen = Pen()
    let kinds = [bush, cloud, stone, strokes, patch, dots]
    for _ in 0..<random.integer(3...9) {
      random.element(kinds)(&random, &pen, random.real(0...100), random.real(0...100))
    }
    return pen.text
  }

  private static func bush(_ random: inout SplitMix64, _ pen: inout Pen, _ x: Double, _ y: Double) {
    let leaf = Colour(random.real(70...150), random.real(0.2...0.7), random.real(0.2...0.5))
    for _ in 0..<random.integer(4...9) {
      let shade = leaf.lighter(random.real(-0.06...0.08))
      pen.circle(x + random.real(-9...9), y + random.real(-4...4), random.real(2...6), .fill(shade))
    }
  }

  private static func cloud(_ random: inout SplitMix64, _ pen: inout Pen, _ x: Double, _ y: Double) {
    let white = Colour.grey(random.real(0.7...1))
    for _ in 0..<random.integer(3...6) {
      pen.ellipse(
        x + random.real(-11...11), y + random.real(-3...3), random.real(4...10), random.real(2...6),
        .fill(white, opacity: random.real(0.5...0.95)))
    }
  }

  private static func stone(_ random: inout SplitMix64, _ pen: inout Pen, _ x: Double, _ y: Double) {
    let colour = Colour.any(&random, saturation: 0...0.35, lightness: 0.2...0.8)
    let radii = (0..<random.integer(5...9)).map { _ in random.real(3...9) }
    pen.blob(x, y, radii: radii, flatness: random.real(0.4...1), .outlined(colour, colour.darker(0.15), 0.6))
  }

  private static func strokes(_ random: inout SplitMix64, _ pen: inout Pen, _ x: Double, _ y: Double) {
    let paint = Pen.Paint.line(.any(&random, lightness: 0.1...0.9), random.real(0.6...2.4))
    let (dx, dy) = (random.real(-20...20), random.real(-20...20))
    for step in 0..<random.integer(1...5) {
      let shift = Double(step) * 4
      pen.line([(x + shift, y), (x + shift + dx, y + dy)], paint)
    }
  }

  private static func patch(_ random: inout SplitMix64, _ pen: inout Pen, _ x: Double, _ y: Double) {
    let paint = Pen.Paint.fill(.any(&random, lightness: 0.1...0.9), opacity: random.real(0.5...1))
    pen.placed(x: x, y: y, turned: random.real(0...90)) { pen in
      let (width, height) = (random.real(3...22), random.real(3...14))
      if random.chance(0.5) {
        pen.rectangle(-width / 2, -height / 2, width, height, paint)
      } else {
        pen.ellipse(0, 0, width / 2, height / 2, paint)
      }
    }
  }

  private static func dots(_ random: inout SplitMix64, _ pen: inout Pen, _ x: Double, _ y: Double) {
    let paint = Pen.Paint.fill(.any(&random, lightness: 0.2...0.9))
    for _ in 0..<random.integer(4...14) {
      pen.circle(x + random.real(-12...12), y + random.real(-12...12), random.real(0.6...1.8), paint)
    }
  }
}
