/// Curves over a common axis with their spread as bands: what a network says while pixels are removed, method by method.
public struct BandChart: Sendable {
  public struct Series: Sendable {
    public let name: String
    /// By rising x: the curve, and how far the band reaches to each side of it.
    public let points: [(x: Double, y: Double, spread: Double)]
    public init(_ name: String, _ points: [(x: Double, y: Double, spread: Double)]) {
      self.name = name
      self.points = points
    }
  }

  public let title: String
  public let horizontal: String
  public let vertical: String
  public let series: [Series]
  /// Values cannot leave it: bands are cut there.
  public let limits: ClosedRange<Double>?
  /// What the vertical axis holds beside the values.
  public let base: Double?
  /// Whether it is drawn for a page that may be as narrow as a phone: less wide, the names below.
  public let isNarrow: Bool

  /// - Precondition: some series has a point; all numbers are finite.
  public init(
    title: String, horizontal: String, vertical: String, series: [Series], limits: ClosedRange<Double>? = nil,
    base: Double? = nil, isNarrow: Bool = false
  ) {
    precondition(series.contains { !$0.points.isEmpty }, "\(title): nothing to draw")
    (self.title, self.horizontal, self.vertical) = (title, horizontal, vertical)
    (self.series, self.limits, self.base, self.isNarrow) = (series, limits, base, isNarrow)
  }

  public var picture: SVGDocument {
    func cut(_ value: Double) -> Double { limits.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value }
    let all = series.flatMap(\.points)
    let bands = all.flatMap { [cut($0.y - $0.spread), cut($0.y + $0.spread)] } + [base].compactMap(\.self)
    let frame = ChartFrame(
      horizontal: Axis(from: all.map(\.x).min()!, to: all.map(\.x).max()!),
      vertical: Axis(from: bands.min()!, to: bands.max()!), width: isNarrow ? 260 : 460, height: isNarrow ? 200 : 280)
    func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) { frame.place(x, cut(y)) }
    let (left, top, right, bottom) = (frame.left, frame.top, frame.right, frame.bottom)
    // An only curve is named by the title.
    let rows = isNarrow && series.count == 1 ? 0 : 18 * Double(series.count)
    let names = 30 + 6.2 * Double(series.map(\.name.count).max() ?? 0)
    var picture =
      isNarrow
      ? SVGDocument(width: right + 16, height: bottom + 44 + rows)
      : SVGDocument(width: right + 16 + names, height: max(bottom + 44, top + rows + 10))
    frame.draw(in: &picture, title: title, horizontal: horizontal, vertical: vertical)
    for (index, one) in series.enumerated() where !one.points.isEmpty {
      picture.area(
        one.points.map { place($0.x, $0.y + $0.spread) } + one.points.reversed().map { place($0.x, $0.y - $0.spread) },
        fill: Palette.color(index), opacity: 0.1)
    }
    for (index, one) in series.enumerated() where !one.points.isEmpty {
      // Colours alone do not tell more series apart than there are colours.
      let style = SVGDocument.Stroke(color: Palette.color(index), dashes: Palette.dashes(index))
      picture.path(one.points.map { place($0.x, $0.y) }, stroke: style, title: one.name)
      guard rows > 0 else { continue }
      let (x, y) = isNarrow ? (left - 14, bottom + 32) : (right, top - 12)
      let row = y + 18 * Double(index + 1)
      picture.path([(x + 14, row), (x + 36, row)], stroke: style)
      picture.label(one.name, x: x + 42, y: row + 4)
    }
    return picture
  }
}
