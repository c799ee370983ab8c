import RelevancePropagation

/// Single parts that the classes share: a wheel, a window, a gable, a piece of battlement. Never a whole object.
enum Distractors {
  static func draw(_ random: inout SplitMix64) -> String {
    var pen = Pen()
    let kinds = [
      wheel, window, gable, battlement, pole, disc, ring, stripes, leaf, arch, rowOfPanes, beam, seeds, wing,
    ]
    for _ in 0..<random.integer(3...7) {
      let scale = random.real(0.5...1.3)
      pen.placed(
        x: random.real(3...97), y: random.real(3...97), turned: random.real(-25...25), scaleX: scale, scaleY: scale
      ) { pen in
        random.element(kinds)(&random, &pen)
      }
    }
    return pen.text
  }

  private static func wheel(_ random: inout SplitMix64, _ pen: inout Pen) {
    pen.wheel(
      0, 0, random.real(4...9), tyre: .grey(random.real(0.06...0.25)), rim: .any(&random, saturation: 0...0.7),
      spokes: random.element([0, 5, 6, 8]))
  }

  private static func window(_ random: inout SplitMix64, _ pen: inout Pen) {
    pen.window(
      -5, -6, random.real(6...11), random.real(7...13),
      glass: Colour(210, random.real(0.2...0.6), random.real(0.2...0.8)),
      frame: .any(&random))
  }

  private static func gable(_ random: inout SplitMix64, _ pen: inout Pen) {
    let colour = Colour.any(&random)
    pen.gable(
      0, base: 8, halfWidth: random.real(4...13), height: random.real(8...22),
      .outlined(colour, colour.darker(0.15), 0.8))
  }

  private static func battlement(_ random: inout SplitMix64, _ pen: inout Pen) {
    let stone = Colour.any(&random, saturation: 0.03...0.35, lightness: 0.4...0.75)
    pen.battlement(
      0, top: 0, bottom: random.real(3...9), halfWidth: random.real(6...14), teeth: random.integer(3...5), tooth: 3,
      .outlined(stone, stone.darker(0.15), 0.6))
  }

  private static func pole(_ random: inout SplitMix64, _ pen: inout Pen) {
    pen.line([(0, -random.real(8...22)), (0, random.real(8...22))], .line(.any(&random, saturation: 0...0.4), 2.4))
  }

  private static func disc(_ random: inout SplitMix64, _ pen: inout Pen) {
    let colour = Colour.any(&random, saturation: 0.6...0.95, lightness: 0.35...0.6)
    pen.circle(0, 0, random.real(3...9), .outlined(colour, random.chance(0.5) ? .white : colour.darker(0.15), 1.2))
  }

  private static func ring(_ random: inout SplitMix64, _ pen: inout Pen) {
    let colour = Colour.any(&random, saturation: 0.6...0.95, lightness: 0.35...0.6)
    pen.circle(0, 0, random.real(4...9), .line(colour, random.real(1.5...3)))
  }

  private static func stripes(_ random: inout SplitMix64, _ pen: inout Pen) {
    let dark = random.chance(0.6) ? Colour.grey(0.1) : .any(&random)
    let count = random.integer(3...7)
    pen.rectangle(-1.5, -7, Double(count) * 4.4, 14, .fill(.grey(random.real(0.75...0.95))))
    for index in 0..<count { pen.rectangle(Double(index) * 4.4, -7, 2.2, 14, .fill(dark)) }
  }

  private static func leaf(_ random: inout SplitMix64, _ pen: inout Pen) {
    let green = Colour(random.real(80...140), random.real(0.35...0.75), random.real(0.25...0.5))
    for angle in [0.0, 60, 120].prefix(random.integer(1...3)) {
      pen.placed(x: 0, y: 0, turned: angle) { pen in
        pen.path("M 0 0 Q 5 -5 13 0 Q 5 5 0 0 Z", .outlined(green, green.darker(0.12), 0.6))
      }
    }
  }

  private static func arch(_ random: inout SplitMix64, _ pen: inout Pen) {
    let dark = Colour.any(&random, saturation: 0.1...0.5, lightness: 0.1...0.4)
    pen.arch(0, 7, random.real(4...10), random.real(11...16), .outlined(dark, dark.lighter(0.35), 1.2))
  }

  private static func rowOfPanes(_ random: inout SplitMix64, _ pen: inout Pen) {
    let pane = Colour(210, random.real(0.1...0.4), random.real(0.15...0.45))
    pen.rectangle(-2, -3, 27, 7, .fill(.any(&random, saturation: 0...0.5, lightness: 0.5...0.95)), radius: 3)
    for x in stride(from: 0.0, through: 21, by: 4.2) { pen.rectangle(x, -1.4, 2.2, 3, .fill(pane)) }
  }

  private static func beam(_ random: inout SplitMix64, _ pen: inout Pen) {
    let colour = Colour.any(&random)
    pen.rectangle(
      -12, -3, 24, random.real(4...8), .outlined(colour, colour.darker(0.2), 0.8), radius: random.real(0...3))
  }

  private static func seeds(_ random: inout SplitMix64, _ pen: inout Pen) {
    let red = Colour(random.real(-12...14), random.real(0.6...0.95), random.real(0.38...0.55))
    let radii = (0..<6).map { _ in random.real(5...10) }
    pen.blob(0, 0, radii: radii, .fill(red))
    for _ in 0..<random.integer(0...6) {
      pen.ellipse(random.real(-4...4), random.real(-4...4), 0.8, 1.2, .fill(Colour(48, 0.8, 0.65)))
    }
  }

  private static func wing(_ random: inout SplitMix64, _ pen: inout Pen) {
    let colour = Colour.any(&random, saturation: 0...0.8, lightness: 0.4...0.9)
    let lean = random.real(4...14)
    pen.polygon([(-6, 8), (lean - 4, -9), (lean + 3, -9), (5, 8)], .outlined(colour, colour.darker(0.2), 0.7))
  }
}
