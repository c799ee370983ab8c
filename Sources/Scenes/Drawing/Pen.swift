import Foundation

/// Collects SVG elements as text; one method a shape. Lengths in units of the frame drawn in, y downwards.
struct Pen {
  typealias Point = (x: Double, y: Double)

  /// How a shape is painted; `nil` paints nothing.
  struct Paint {
    var fill: Colour?
    var line: Colour?
    var width = 1.0
    var opacity = 1.0

    static func fill(_ colour: Colour, opacity: Double = 1) -> Paint { Paint(fill: colour, opacity: opacity) }
    static func line(_ colour: Colour, _ width: Double, opacity: Double = 1) -> Paint {
      Paint(line: colour, width: width, opacity: opacity)
    }
    static func outlined(_ fill: Colour, _ line: Colour, _ width: Double) -> Paint {
      Paint(fill: fill, line: line, width: width)
    }

    var attributes: String {
      var text = "fill=\"\(fill?.text ?? "none")\""
      if let line {
        text += " stroke=\"\(line.text)\" stroke-width=\"\(number(width))\""
        text += " stroke-linecap=\"round\" stroke-linejoin=\"round\""
      }
      if opacity < 1 { text += " opacity=\"\(number(opacity))\"" }
      return text
    }
  }

  private(set) var text = ""

  /// Two decimals, written without the locale and without `String(format:)`.
  static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  mutating func raw(_ element: String) { text += element }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ paint: Paint, radius: Double = 0
  ) {
    let n = Pen.number
    let corner = radius > 0 ? " rx=\"\(n(radius))\"" : ""
    text += "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\"\(corner) "
    text += "\(paint.attributes)/>\n"
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ paint: Paint) {
    ellipse(x, y, radius, radius, paint)
  }

  mutating func ellipse(
    _ x: Double, _ y: Double, _ radiusX: Double, _ radiusY: Double, _ paint: Paint, turned degrees: Double = 0
  ) {
    let n = Pen.number
    let turn = degrees == 0 ? "" : " transform=\"rotate(\(n(degrees)) \(n(x)) \(n(y)))\""
    text += "<ellipse cx=\"\(n(x))\" cy=\"\(n(y))\" rx=\"\(n(radiusX))\" ry=\"\(n(radiusY))\"\(turn) "
    text += "\(paint.attributes)/>\n"
  }

  mutating func polygon(_ points: [Point], _ paint: Paint) {
    text += "<polygon points=\"\(Pen.list(points))\" \(paint.attributes)/>\n"
  }

  mutating func line(_ points: [Point], _ paint: Paint) {
    text += "<polyline points=\"\(Pen.list(points))\" \(paint.attributes)/>\n"
  }

  /// `outline` in SVG's path language.
  mutating func path(_ outline: String, _ paint: Paint) { text += "<path d=\"\(outline)\" \(paint.attributes)/>\n" }

  /// What `draw` draws, inside a group with SVG `attributes`.
  mutating func group(_ attributes: String, _ draw: (inout Pen) -> Void) {
    text += "<g \(attributes)>\n"
    draw(&self)
    text += "</g>\n"
  }

  /// The same drawing moved, turned (degrees, clockwise) and scaled, in that order from the outside.
  mutating func placed(
    x: Double, y: Double, turned degrees: Double = 0, scaleX: Double = 1, scaleY: Double = 1,
    _ draw: (inout Pen) -> Void
  ) {
    let n = Pen.number
    // Two decimals are too coarse for a scale: written in hundredths.
    let scale = "\(n(scaleX * 100)) \(n(scaleY * 100))"
    let attributes = "transform=\"translate(\(n(x)) \(n(y))) rotate(\(n(degrees))) scale(\(scale)) scale(0.01)\""
    group(attributes, draw)
  }

  /// Clips what `draw` draws to `shapes`, which must bear no clips themselves. `name` is unique in the drawing.
  mutating func clipped(to shapes: Pen, name: String, _ draw: (inout Pen) -> Void) {
    text += "<clipPath id=\"\(name)\">\n\(shapes.text)</clipPath>\n"
    group("clip-path=\"url(#\(name))\"", draw)
  }

  private static func list(_ points: [Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  /// Corners of a regular polygon; the first at `angle` degrees, 0 to the right, clockwise.
  static func regular(_ count: Int, _ x: Double, _ y: Double, _ radius: Double, angle: Double = -90) -> [Point] {
    (0..<count).map { corner in
      let radians = (angle + 360 * Double(corner) / Double(count)) * .pi / 180
      return (x + radius * cos(radians), y + radius * sin(radians))
    }
  }
}
