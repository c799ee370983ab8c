import Foundation
import Markup

/// A picture as SVG text, built element by element: rectangles, lines, curves and texts, in pixels from the upper left corner.
///
/// ```swift
/// var picture = SVGDocument(width: 200, height: 50)
/// picture.rectangle(x: 10, y: 10, width: 100, height: 20, fill: "#4878a8")
/// try AtomicFile.write(picture.text, to: "bars.svg")
/// ```
public struct SVGDocument: Sendable {
  public enum Anchor: String, Sendable { case start, middle, end }

  public let width: Double
  public let height: Double
  private var elements: [String] = []

  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// - Parameter title: shown where the pointer rests on it.
  public mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, title: String? = nil
  ) {
    element(
      "rect", [("x", x), ("y", y), ("width", width), ("height", height)], [("fill", fill)],
      content: title.map { "<title>\($0.escapedForMarkup)</title>" })
  }

  public mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), stroke: String = "#cccccc"
  ) {
    element("line", [("x1", start.x), ("y1", start.y), ("x2", end.x), ("y2", end.y)], [("stroke", stroke)])
  }

  /// Straight pieces from point to point, with a dot at each.
  public mutating func curve(_ points: [(x: Double, y: Double)], stroke: String) {
    element(
      "polyline", [("stroke-width", 1.5)], [("points", Self.list(points)), ("fill", "none"), ("stroke", stroke)])
    for point in points { element("circle", [("cx", point.x), ("cy", point.y), ("r", 2.5)], [("fill", stroke)]) }
  }

  /// How a line is drawn.
  public struct Stroke: Sendable, Hashable {
    public var color: String
    /// Lengths of dashes and gaps in pixels; none: a whole line.
    public var dashes: [Double]
    public init(color: String, dashes: [Double] = []) { (self.color, self.dashes) = (color, dashes) }
  }

  /// Straight pieces from point to point, without dots.
  ///
  /// - Parameter title: shown where the pointer rests on it.
  public mutating func path(_ points: [(x: Double, y: Double)], stroke: Stroke, title: String? = nil) {
    var texts = [("points", Self.list(points)), ("fill", "none"), ("stroke", stroke.color)]
    if !stroke.dashes.isEmpty {
      texts.append(("stroke-dasharray", stroke.dashes.map(Self.number).joined(separator: " ")))
    }
    element("polyline", [("stroke-width", 1.8)], texts, content: title.map { "<title>\($0.escapedForMarkup)</title>" })
  }

  /// The area that a closed line encloses.
  public mutating func area(_ points: [(x: Double, y: Double)], fill: String, opacity: Double) {
    element("polygon", [("fill-opacity", opacity)], [("points", Self.list(points)), ("fill", fill)])
  }

  private static func list(_ points: [(x: Double, y: Double)]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  /// - Parameter y: the base line.
  public mutating func label(
    _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = 11, fill: String = "#222222"
  ) {
    element(
      "text", [("x", x), ("y", y), ("font-size", size)], [("text-anchor", anchor.rawValue), ("fill", fill)],
      content: text.escapedForMarkup)
  }

  /// A picture inside the file; its pixels stay sharp where they are enlarged.
  /// - Parameter png: the bytes of a PNG file.
  public mutating func image(png: [UInt8], x: Double, y: Double, width: Double, height: Double) {
    element(
      "image", [("x", x), ("y", y), ("width", width), ("height", height)],
      [
        ("href", "data:image/png;base64," + Data(png).base64EncodedString()), ("style", "image-rendering:pixelated"),
        ("preserveAspectRatio", "none"),
      ])
  }

  /// The whole file.
  public var text: String {
    let (w, h) = (Self.number(width), Self.number(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" font-family="sans-serif">
      <rect x="0" y="0" width="\(w)" height="\(h)" fill="#ffffff"/>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  /// The picture as an element of a page, for its readers' screens and voices: not wider than its place, without a
  /// background, read out as `label`.
  func inline(label: String) -> String {
    let (w, h) = (Self.number(width), Self.number(height))
    return """
      <svg class="chart" role="img" aria-label="\(label.escapedForMarkup)" width="\(w)" height="\(h)" \
      viewBox="0 0 \(w) \(h)" font-family="sans-serif">
      \(elements.joined(separator: "\n"))
      </svg>
      """
  }

  private mutating func element(
    _ name: String, _ numbers: [(String, Double)], _ texts: [(String, String)], content: String? = nil
  ) {
    let attributes =
      numbers.map { "\($0.0)=\"\(Self.number($0.1))\"" } + texts.map { "\($0.0)=\"\($0.1.escapedForMarkup)\"" }
    let start = "<\(name) \(attributes.joined(separator: " "))"
    elements.append(content.map { "\(start)>\($0)</\(name)>" } ?? "\(start)/>")
  }

  /// Hundredths of a pixel, without trailing zeros. What is not finite has no place in a picture.
  static func number(_ value: Double) -> String {
    precondition(value.isFinite, "\(value) in a picture")
    var text = String(format: "%.2f", value)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "-0" ? "0" : text
  }
}
