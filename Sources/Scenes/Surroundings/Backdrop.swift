import RelevancePropagation

/// What stands behind everything: a landscape, a wall, planks, stripes, tiles, a town, a plain gradient, camouflage.
///
/// All kinds stand behind all classes alike.
enum Backdrop {
  static func draw(_ random: inout SplitMix64, behind place: SceneDescription.Place) -> String {
    var pen = Pen()
    let kinds: [(inout SplitMix64, inout Pen, SceneDescription.Place) -> Void] = [
      landscape, landscape, landscape, town, wall, planks, stripes, tiles, camouflage, gradient,
    ]
    random.element(kinds)(&random, &pen, place)
    if random.chance(0.75) {
      let low = random.real(0.02...0.12)
      pen.texture(
        "texture", frequency: (low * random.real(0.5...2), low * random.real(0.5...2)), octaves: 3,
        opacity: random.real(0.12...0.45), colour: random.real(0...0.7), seed: random.integer(1...9999),
        ridged: random.chance(0.3))
    }
    return pen.text
  }

  /// Fills `rectangle` with colours passing into one another, at an angle of 90 degrees (downwards) or another.
  private static func shade(
    _ pen: inout Pen, _ name: String, _ colours: [Colour], y: Double = 0, height: Double = 100, angle: Double = 90
  ) {
    let n = Pen.number
    pen.raw("<linearGradient id=\"\(name)\" x1=\"0\" x2=\"1\" y1=\"0\" y2=\"0\" ")
    pen.raw("gradientTransform=\"rotate(\(n(angle)) 0.5 0.5)\">")
    for (index, colour) in colours.enumerated() {
      let offset = Double(index) / Double(colours.count - 1)
      pen.raw("<stop offset=\"\(n(offset))\" stop-color=\"\(colour.text)\"/>")
    }
    pen.raw(
      "</linearGradient>\n<rect x=\"0\" y=\"\(n(y))\" width=\"100\" height=\"\(n(height))\" fill=\"url(#\(name))\"/>\n")
  }

  private static func sky(_ random: inout SplitMix64) -> [Colour] {
    let hue: Double = random.element([205, 215, 195, 25, 330, 260, 50])
    let top = Colour(hue + random.real(-10...10), random.real(0.15...0.75), random.real(0.35...0.75))
    return [top, Colour(hue + random.real(-30...30), random.real(0.1...0.6), random.real(0.6...0.92))]
  }

  /// Where the ground begins: between the subject's middle and its foot, so that it stands on something.
  private static func horizon(_ random: inout SplitMix64, _ place: SceneDescription.Place) -> Double {
    random.real(place.y...place.foot)
  }

  private static func ground(_ random: inout SplitMix64) -> [Colour] {
    let hue: Double = random.element([95, 110, 75, 40, 30, 200, 215, 25])
    let near = Colour(hue + random.real(-10...10), random.real(0.1...0.6), random.real(0.25...0.6))
    return [near.lighter(random.real(-0.1...0.15)), near]
  }

  private static func landscape(
    _ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place
  ) {
    let level = horizon(&random, place)
    shade(&pen, "sky", sky(&random))
    for _ in 0..<random.integer(0...2) {
      // A range of hills.
      let hill = Colour.any(&random, saturation: 0.1...0.5, lightness: 0.3...0.65)
      var points: [Pen.Point] = [(-5, level + 5)]
      for x in stride(from: -5.0, through: 105, by: random.real(9...22)) {
        points.append((x, level - random.real(2...22)))
      }
      points.append((105, level + 5))
      pen.polygon(points, .fill(hill))
    }
    shade(&pen, "ground", ground(&random), y: level, height: 100 - level)
    for _ in 0..<random.integer(0...8) {
      let y = random.real(level...100)
      let x = random.real(-10...90)
      pen.line([(x, y), (x + random.real(5...40), y)], .line(.grey(random.real(0.2...0.9)), 0.8, opacity: 0.5))
    }
  }

  private static func town(_ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place) {
    let level = horizon(&random, place)
    shade(&pen, "sky", sky(&random))
    var x = -4.0
    while x < 100 {
      let width = random.real(8...20)
      let top = level - random.real(8...45)
      let house = Colour.any(&random, saturation: 0.05...0.4, lightness: 0.35...0.75)
      pen.rectangle(x, top, width, level - top + 1, .fill(house))
      let pane = house.darker(random.real(-0.2...0.25))
      for row in stride(from: top + 3, to: level - 4, by: 6.5) {
        for column in stride(from: x + 2, to: x + width - 3, by: 5) where random.chance(0.75) {
          pen.rectangle(column, row, 2.4, 3.4, .fill(pane))
        }
      }
      x += width + random.real(-1...4)
    }
    shade(
      &pen, "ground", [.grey(random.real(0.3...0.7)), .grey(random.real(0.2...0.5))], y: level, height: 100 - level)
  }

  private static func wall(_ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place) {
    let brick = Colour(random.element([8, 15, 25, 40, 210]), random.real(0.1...0.55), random.real(0.35...0.65))
    let joint = brick.lighter(random.real(0.08...0.25))
    pen.rectangle(0, 0, 100, 100, .fill(joint))
    let height = random.real(4...8)
    let width = height * random.real(1.8...2.6)
    for (row, y) in stride(from: 0.0, to: 100, by: height).enumerated() {
      for x in stride(from: row.isMultiple(of: 2) ? 0 : -width / 2, to: 100, by: width) {
        pen.rectangle(x + 0.4, y + 0.4, width - 0.8, height - 0.8, .fill(brick.lighter(random.real(-0.07...0.07))))
      }
    }
  }

  private static func planks(_ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place) {
    let wood = Colour(random.real(20...40), random.real(0.15...0.55), random.real(0.3...0.65))
    let across = random.chance(0.5)
    var at = 0.0
    while at < 100 {
      let width = random.real(7...16)
      let shade = Pen.Paint.outlined(wood.lighter(random.real(-0.08...0.08)), wood.darker(0.15), 0.5)
      if across { pen.rectangle(0, at, 100, width, shade) } else { pen.rectangle(at, 0, width, 100, shade) }
      at += width
    }
  }

  private static func stripes(_ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place) {
    // Sometimes black and white: stripes alone are no zebra.
    let plain = random.chance(0.4)
    let first = plain ? Colour.grey(random.real(0.8...0.95)) : .any(&random)
    let second = plain ? Colour.grey(random.real(0.08...0.25)) : .any(&random)
    pen.rectangle(0, 0, 100, 100, .fill(first))
    let width = random.real(2...9)
    pen.placed(x: 50, y: 50, turned: random.real(0...180)) { pen in
      for x in stride(from: -75.0, through: 75, by: width * 2) { pen.rectangle(x, -75, width, 150, .fill(second)) }
    }
  }

  private static func tiles(_ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place) {
    let first = Colour.any(&random, saturation: 0.05...0.5)
    let second = random.chance(0.5) ? first.lighter(random.real(0.1...0.3)) : .any(&random, saturation: 0.05...0.5)
    let size = random.real(7...16)
    pen.rectangle(0, 0, 100, 100, .fill(first))
    pen.placed(x: 50, y: 50, turned: random.element([0, 45, random.real(0...90)])) { pen in
      for row in -11...10 {
        for column in -11...10 where (row + column).isMultiple(of: 2) {
          pen.rectangle(Double(column) * size, Double(row) * size, size, size, .fill(second))
        }
      }
    }
  }

  private static func camouflage(_ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place) {
    let colours = (0..<4).map { _ in Colour.any(&random, saturation: 0.1...0.6, lightness: 0.25...0.75) }
    pen.rectangle(0, 0, 100, 100, .fill(colours[0]))
    for _ in 0..<random.integer(18...34) {
      let radii = (0..<7).map { _ in random.real(4...16) }
      pen.blob(random.real(0...100), random.real(0...100), radii: radii, .fill(random.element(colours)))
    }
  }

  private static func gradient(_ random: inout SplitMix64, _ pen: inout Pen, _ place: SceneDescription.Place) {
    let colours = (0..<random.integer(2...4)).map { _ in Colour.any(&random, saturation: 0.1...0.8) }
    shade(&pen, "gradient", colours, angle: random.real(0...360))
  }
}
