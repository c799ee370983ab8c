import Foundation
import RelevancePropagation

/// Strawberry and zebra, in a frame of −50 … 50.
enum Nature {
  static func strawberry(_ random: inout SplitMix64, _ pen: inout Pen) {
    let red = Colour(random.real(-10...12), random.real(0.65...0.95), random.real(0.38...0.55))
    let leaf = Colour(random.real(85...135), random.real(0.4...0.75), random.real(0.25...0.42))
    let seed = random.chance(0.7) ? Colour(48, 0.85, 0.68) : red.darker(0.18)
    let width = random.real(31...38)
    let shoulder = random.real(-30 ... -26)
    let n = Pen.number
    var outline = Pen()
    let heart =
      "M 0 \(n(shoulder + 3)) C \(n(width * 0.5)) \(n(shoulder - 9)) \(n(width * 1.2)) \(n(shoulder + 4)) "
      + "\(n(width)) -2 C \(n(width * 0.85)) 20 \(n(width * 0.3)) 46 0 49 "
      + "C \(n(-width * 0.3)) 46 \(n(-width * 0.85)) 20 \(n(-width)) -2 "
      + "C \(n(-width * 1.2)) \(n(shoulder + 4)) \(n(-width * 0.5)) \(n(shoulder - 9)) 0 \(n(shoulder + 3)) Z"
    outline.path(heart, .fill(red))
    pen.path(heart, .outlined(red, red.darker(0.14), 1.2))
    pen.clipped(to: outline, name: "berry") { pen in
      pen.ellipse(-width * 0.42, -8, 7, 16, .fill(red.lighter(0.13), opacity: 0.7), turned: 14)
      let step = random.real(10.5...13)
      for (row, y) in stride(from: shoulder + 11, through: 44, by: step * 0.86).enumerated() {
        let shift = row.isMultiple(of: 2) ? 0 : step / 2
        for x in stride(from: -4 * step + shift, through: 4 * step, by: step) {
          pen.ellipse(x + random.real(-1...1), y + random.real(-1...1), 1.5, 2.5, .fill(seed))
        }
      }
    }
    // Calyx: pointed leaves spread over the shoulder, then the stalk.
    pen.path("M 0 \(n(shoulder)) Q 2 \(n(shoulder - 10)) \(n(random.real(-9...9))) -49", .line(leaf.darker(0.05), 3.4))
    let leaves = random.integer(5...7)
    for index in 0..<leaves {
      let angle = 180 * Double(index) / Double(leaves - 1) + random.real(-6...6)
      pen.placed(x: 0, y: shoulder, turned: angle) { pen in
        let length = 18 + 7 * abs(cos(angle * .pi / 180))
        pen.path(
          "M 0 0 Q \(n(length * 0.4)) -8 \(n(length)) 0 Q \(n(length * 0.4)) 8 0 0 Z",
          .outlined(index.isMultiple(of: 2) ? leaf : leaf.lighter(0.08), leaf.darker(0.12), 0.7))
      }
    }
  }

  static func zebra(_ random: inout SplitMix64, _ pen: inout Pen) {
    let coat = Colour(random.real(25...50), random.real(0...0.25), random.real(0.82...0.97))
    let stripe = Colour(random.real(0...60), random.real(0...0.25), random.real(0.05...0.2))
    let stride = [random.real(-5...5), random.real(-5...5), random.real(-5...5), random.real(-5...5)]
    var shapes = Pen()
    let paint = Pen.Paint.fill(coat)
    // Legs, body, neck, head.
    for (index, hip) in [-24.0, -16, 13, 20].enumerated() {
      let foot = hip + stride[index]
      shapes.polygon(
        [(hip - 5.5, 4), (hip + 5.5, 4), (foot + 2.6, 30), (foot + 2.8, 47), (foot - 2.8, 47), (foot - 2.4, 30)], paint)
    }
    shapes.ellipse(-2, 0, 30, 16, paint)
    shapes.polygon([(8, -8), (22, -38), (38, -32), (29, 4), (16, 10)], paint)
    shapes.ellipse(36, -32, 15, 7.5, paint, turned: 32)
    shapes.polygon([(21, -36), (22, -48), (29, -38)], paint)

    // Tail and mane first, behind the coat.
    pen.path("M -31 -6 Q -42 2 -39 20", .line(stripe, 2.4))
    pen.ellipse(-39, 22, 2.8, 6, .fill(stripe))
    pen.line([(5, -12), (13, -28), (19, -41)], .line(stripe, 5.5))
    pen.group("stroke=\"\(stripe.text)\" stroke-width=\"1.6\"") { pen in pen.raw(shapes.text) }
    pen.raw(shapes.text)

    let width = random.real(2.6...3.8)
    let gap = width * random.real(1.9...2.3)
    let line = Pen.Paint.line(stripe, width)
    let lean = random.real(-4...4)
    let n = Pen.number
    pen.clipped(to: shapes, name: "coat") { pen in
      for x in Swift.stride(from: -38.0, through: 14, by: gap) {
        pen.path("M \(n(x - lean)) -20 Q \(n(x + 4)) 0 \(n(x + lean)) 14", line)
      }
      for y in Swift.stride(from: 17.0, through: 42, by: gap * 0.85) { pen.line([(-40, y), (40, y)], line) }
      // Across the neck, then across the head.
      for step in Swift.stride(from: 0.0, through: 40, by: gap) {
        let x = 10 + step * 0.42
        let y = -4 - step * 0.86
        pen.line([(x - 6, y - 8), (x + 20, y + 8)], line)
      }
    }
    pen.ellipse(46, -25.5, 5, 5.5, .fill(stripe), turned: 32)
    pen.circle(33, -35, 1.9, .outlined(stripe, coat, 0.8))
    for (index, hip) in [-24.0, -16, 13, 20].enumerated() {
      pen.rectangle(hip + stride[index] - 3.2, 45, 6.4, 4, .fill(stripe), radius: 1)
    }
  }
}
