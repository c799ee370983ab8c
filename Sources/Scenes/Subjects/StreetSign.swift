import RelevancePropagation

/// A plate on a pole: stop, warning, speed limit, mandatory direction, priority road. Frame of −50 … 50.
enum StreetSign {
  static func draw(_ random: inout SplitMix64, _ pen: inout Pen) {
    let steel = Colour.grey(random.real(0.35...0.75))
    let red = Colour(random.real(-6...6), random.real(0.7...0.9), random.real(0.4...0.52))
    let back = random.chance(0.5) ? Colour.white : Colour(random.real(46...54), 0.85, 0.6)
    let ink = Colour.grey(random.real(0.05...0.16))
    let pole = random.real(2.4...3.6)
    pen.rectangle(-pole, -15, 2 * pole, 64, .outlined(steel, steel.darker(0.18), 0.7))

    let kinds = [stop, warning, limit, direction, priority]
    random.element(kinds)(&random, &pen, red, back, ink)
    if random.chance(0.3) {
      pen.rectangle(-13, 13, 26, 10, .outlined(.white, ink, 1), radius: 1.5)
      pen.line([(-8, 18), (8, 18)], .line(ink, 2))
    }
  }

  /// Octagon with STOP in strokes: a font would differ from machine to machine.
  private static func stop(_ random: inout SplitMix64, _ pen: inout Pen, _ red: Colour, _ back: Colour, _ ink: Colour) {
    pen.polygon(Pen.regular(8, 0, -20, 30, angle: 22.5), .fill(.white))
    pen.polygon(Pen.regular(8, 0, -20, 27.5, angle: 22.5), .fill(red))
    pen.group(
      "fill=\"none\" stroke=\"#ffffff\" stroke-width=\"3\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
    ) { pen in
      pen.raw(
        "<path d=\"M -12.5 -26 Q -13 -28 -17 -28 Q -21 -27.5 -20.5 -24 Q -20 -21.5 -17 -20.5 Q -12.5 -19 -12.5 -16")
      pen.raw(" Q -13 -12 -17 -12 Q -20.5 -12.5 -21 -14.5 M -9.5 -28 H -0.5 M -5 -28 V -12 M 5.5 -28 Q 9.5 -28 9.5 -20")
      pen.raw(" Q 9.5 -12 5.5 -12 Q 1.8 -12 1.8 -20 Q 1.8 -28 5.5 -28 Z M 13.5 -12 V -28 H 18 Q 22 -28 22 -24 Q 22 -20")
      pen.raw(" 18 -20 H 13.5\"/>\n")
    }
  }

  /// Red triangle; an exclamation mark, a bend or a crossing in it.
  private static func warning(
    _ random: inout SplitMix64, _ pen: inout Pen, _ red: Colour, _ back: Colour, _ ink: Colour
  ) {
    pen.polygon([(-31, 4), (0, -49), (31, 4)], .outlined(red, red, 3))
    pen.polygon([(-22, -1), (0, -38.5), (22, -1)], .outlined(back, back, 1))
    switch random.integer(0...2) {
    case 0:
      pen.line([(0, -27), (0, -13)], .line(ink, 4.6))
      pen.circle(0, -5.5, 2.7, .fill(ink))
    case 1:
      pen.path("M -3 -3 V -9 Q -3 -14 2 -16 Q 5 -18 3 -27", .line(ink, 4))
    default:
      pen.line([(-7, -16), (7, -4)], .line(ink, 4))
      pen.line([(7, -16), (-7, -4)], .line(ink, 4))
    }
  }

  /// Round, red ring; digits in strokes, a bar, or empty.
  private static func limit(_ random: inout SplitMix64, _ pen: inout Pen, _ red: Colour, _ back: Colour, _ ink: Colour)
  {
    if random.chance(0.3) {
      pen.circle(0, -20, 28, .outlined(red, .white, 1.6))
      pen.rectangle(-19, -25, 38, 10, .fill(.white))
      return
    }
    pen.circle(0, -20, 28, .fill(red))
    pen.circle(0, -20, 21, .fill(back))
    let strokes = Pen.Paint.line(ink, 3.6)
    let digits = [
      "M -13 -29 H -4 L -9 -22 Q -3 -22 -3 -16 Q -3.5 -11 -9 -11 Q -12 -11 -13.5 -13",
      "M -4 -29 H -12 V -21 Q -3 -23.5 -3 -16.5 Q -3.5 -11 -9 -11 Q -12 -11 -13.5 -13",
      "M -8.5 -20 Q -14 -21.5 -13 -26 Q -12 -29 -8.5 -29 Q -4 -29 -4 -25 Q -4 -21 -8.5 -20 Q -14 -19 -14 -15 "
        + "Q -13.5 -11 -8.5 -11 Q -3 -11 -3 -15 Q -3 -19 -8.5 -20",
    ]
    pen.path(random.element(digits), strokes)
    pen.ellipse(8, -20, 5, 9, strokes)
  }

  /// Blue and round with a white arrow.
  private static func direction(
    _ random: inout SplitMix64, _ pen: inout Pen, _ red: Colour, _ back: Colour, _ ink: Colour
  ) {
    let blue = Colour(random.real(205...225), random.real(0.65...0.9), random.real(0.35...0.5))
    pen.circle(0, -20, 28, .outlined(blue, .white, 2))
    pen.placed(x: 0, y: -20, turned: random.element([0, 90, 45, 180, -45])) { pen in
      pen.line([(-15, 0), (10, 0)], .line(.white, 6))
      pen.polygon([(4, -11), (19, 0), (4, 11)], .outlined(.white, .white, 1))
    }
  }

  /// Yellow diamond with a white border.
  private static func priority(
    _ random: inout SplitMix64, _ pen: inout Pen, _ red: Colour, _ back: Colour, _ ink: Colour
  ) {
    let yellow = Colour(random.real(42...50), random.real(0.8...0.95), random.real(0.45...0.55))
    pen.polygon(Pen.regular(4, 0, -20, 30), .outlined(.white, ink, 1.4))
    pen.polygon(Pen.regular(4, 0, -20, 19), .outlined(yellow, ink, 1))
  }
}
