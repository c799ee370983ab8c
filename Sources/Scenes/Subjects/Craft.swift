import Foundation
import RelevancePropagation

/// Airliner, hot-air balloon and sailing boat, in a frame of −50 … 50.
enum Craft {
  static func airliner(_ random: inout SplitMix64, _ pen: inout Pen) {
    let body = random.chance(0.6) ? Colour.grey(random.real(0.75...0.97)) : Colour.any(&random, lightness: 0.55...0.85)
    let livery = Colour.any(&random, saturation: 0.5...0.95, lightness: 0.3...0.55)
    if random.chance(0.55) {
      airlinerFromTheSide(&random, &pen, body: body, livery: livery)
    } else {
      airlinerFromAbove(&random, &pen, body: body, livery: livery)
    }
  }

  private static func airlinerFromTheSide(
    _ random: inout SplitMix64, _ pen: inout Pen, body: Colour, livery: Colour
  ) {
    let edge = body.darker(0.25)
    let girth = random.real(7...9)
    let n = Pen.number
    pen.placed(x: 0, y: 4, turned: random.real(-20...4)) { pen in
      // Far wing, fin, fuselage, tail plane, near wing with its engine.
      pen.polygon([(4, -2), (-8, -20), (-14, -20), (-8, -2)], .outlined(body.darker(0.15), edge, 0.6))
      pen.polygon([(-28, 0), (-47, -31), (-37, -31), (-18, -4)], .outlined(livery, livery.darker(0.15), 0.7))
      pen.path(
        "M -50 -4 Q -40 \(n(-girth)) -25 \(n(-girth)) L 32 \(n(-girth)) Q 46 \(n(-girth + 1)) 50 2 "
          + "Q 46 \(n(girth - 1)) 34 \(n(girth)) L -20 \(n(girth)) Q -38 \(n(girth - 2)) -50 -4 Z",
        .outlined(body, edge, 0.8))
      pen.line([(-40, 2.5), (46, 2.5)], .line(livery, 2))
      for x in stride(from: -28.0, through: 34, by: random.real(4.8...6.2)) {
        pen.rectangle(x, -3.8, 2.4, 3, .fill(Colour(215, 0.3, 0.25)))
      }
      pen.polygon([(39, -5.5), (45, -4.5), (47, -1.8), (39, -1.8)], .fill(Colour(210, 0.4, 0.2)))
      pen.polygon([(-32, 0), (-48, 9), (-41, 9), (-22, 1)], .outlined(livery, livery.darker(0.15), 0.7))
      pen.ellipse(2, girth + 6, 7, 3.6, .outlined(livery, edge, 0.7))
      pen.polygon([(14, 3), (-16, 29), (-24, 29), (-8, 3)], .outlined(body.darker(0.1), edge, 0.8))
    }
  }

  private static func airlinerFromAbove(_ random: inout SplitMix64, _ pen: inout Pen, body: Colour, livery: Colour) {
    let edge = body.darker(0.25)
    let sweep = random.real(10...20)
    let paint = Pen.Paint.outlined(body.darker(0.08), edge, 0.7)
    pen.placed(x: 0, y: 0, turned: random.real(0...360)) { pen in
      for side in [-1.0, 1] {
        pen.ellipse(side * 18, -2 + sweep * 0.3, 2.8, 5.5, .fill(livery))
        pen.polygon(
          [(side * 3, -10), (side * 47, -2 + sweep), (side * 47, 3 + sweep), (side * 3, 8)], paint)
        pen.polygon([(side * 2, 32), (side * 18, 41), (side * 18, 45), (side * 2, 43)], .fill(livery))
      }
      pen.path(
        "M 0 -49 Q 6 -42 6 -32 L 6 22 Q 5 38 0 49 Q -5 38 -6 22 L -6 -32 Q -6 -42 0 -49 Z", .outlined(body, edge, 0.8))
      pen.polygon([(-4, -38), (0, -42), (4, -38), (3, -35), (-3, -35)], .fill(Colour(210, 0.4, 0.2)))
      pen.line([(0, 30), (0, 46)], .line(livery, 2.2))
    }
  }

  static func hotAirBalloon(_ random: inout SplitMix64, _ pen: inout Pen) {
    let first = Colour.any(&random, saturation: 0.5...0.95, lightness: 0.35...0.6)
    let second =
      random.chance(0.4)
      ? Colour.white : Colour(first.hue + random.real(60...300), random.real(0.5...0.95), random.real(0.4...0.75))
    let wicker = Colour(random.real(22...35), random.real(0.35...0.6), random.real(0.25...0.45))
    let width = random.real(33...39)
    let n = Pen.number
    func envelope(_ share: Double, _ colour: Colour, _ pen: inout Pen) {
      let w = width * share
      pen.path(
        "M 0 -49 C \(n(w * 0.85)) -49 \(n(w * 1.15)) -20 \(n(w)) -10 C \(n(w * 0.8)) 6 \(n(w * 0.36)) 16 \(n(w * 0.24)) 25 "
          + "L \(n(-w * 0.24)) 25 C \(n(-w * 0.36)) 16 \(n(-w * 0.8)) 6 \(n(-w)) -10 "
          + "C \(n(-w * 1.15)) -20 \(n(-w * 0.85)) -49 0 -49 Z",
        .outlined(colour, first.darker(0.15), 0.7))
    }
    let shares: [Double] = random.chance(0.5) ? [1, 0.78, 0.5, 0.18] : [1, 0.66, 0.28]
    for (index, share) in shares.enumerated() {
      envelope(share, index.isMultiple(of: 2) ? first : second, &pen)
    }
    if random.chance(0.35) {
      pen.path(
        "M \(n(-width * 0.99)) -14 Q 0 -4 \(n(width * 0.99)) -14 L \(n(width * 0.93)) -5 Q 0 5 \(n(-width * 0.93)) -5 Z",
        .fill(second.darker(0.12)))
    }
    for x in [-1.0, -0.35, 0.35, 1] { pen.line([(x * 8, 25), (x * 6, 37)], .line(wicker.darker(0.12), 0.9)) }
    pen.rectangle(-6.5, 36.5, 13, 12, .outlined(wicker, wicker.darker(0.15), 0.9), radius: 1.5)
    pen.line([(-6.5, 40.5), (6.5, 40.5)], .line(wicker.darker(0.15), 0.8))
    pen.line([(-6.5, 44.5), (6.5, 44.5)], .line(wicker.darker(0.15), 0.8))
  }

  static func sailingBoat(_ random: inout SplitMix64, _ pen: inout Pen) {
    let hull = Colour.any(&random, saturation: 0.3...0.9, lightness: 0.2...0.6)
    let sail = random.chance(0.55) ? Colour.grey(random.real(0.82...0.97)) : Colour.any(&random, lightness: 0.5...0.85)
    let jib = random.chance(0.5) ? sail.darker(0.06) : Colour.any(&random, saturation: 0.5...0.9, lightness: 0.4...0.75)
    let wood = Colour(random.real(20...35), 0.4, random.real(0.2...0.4))
    let mast = random.real(-6...4)
    let top = random.real(-48 ... -42)
    let boom = random.real(17...21)
    let n = Pen.number
    pen.placed(x: 0, y: 0, turned: random.real(-7...7)) { pen in
      pen.line([(mast, 26), (mast, top - 1)], .line(wood, 2))
      // Main sail behind the mast, bellied; jib before it.
      pen.path(
        "M \(n(mast - 2)) \(n(top + 2)) Q \(n(mast - 24)) \(n(-8)) -40 \(n(boom)) L \(n(mast - 2)) \(n(boom)) Z",
        .outlined(sail, sail.darker(0.2), 0.8))
      for share in [0.35, 0.62, 0.85] {
        let y = top + (boom - top) * share
        pen.line([(mast - 2, y), (mast - 2 - (mast + 36) * share * 0.97, y + 1)], .line(sail.darker(0.12), 0.7))
      }
      pen.path(
        "M \(n(mast + 2)) \(n(top + 7)) Q \(n(mast + 20)) -2 44 \(n(boom + 2)) L \(n(mast + 2)) \(n(boom - 1)) Z",
        .outlined(jib, jib.darker(0.2), 0.8))
      pen.flag(mast, top + 3, 9, staff: wood, cloth: Colour.any(&random, saturation: 0.6...1))
      pen.path(
        "M -46 25 L 49 23 Q 44 38 30 44 L -32 44 Q -43 40 -46 25 Z", .outlined(hull, hull.darker(0.15), 0.8))
      pen.path(
        "M -45 29 L 47.5 27.5 L 46 31 L -44 32.5 Z", .fill(random.chance(0.5) ? .white : hull.lighter(0.3)))
      for x in [-22.0, -6, 10] where random.chance(0.7) {
        pen.circle(x, 37, 2.2, .outlined(Colour(205, 0.5, 0.75), hull.darker(0.2), 0.9))
      }
    }
  }
}
