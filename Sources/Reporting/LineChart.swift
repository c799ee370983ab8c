/// Curves over a common axis, both axes from 0: time against batch, image size, targets or threads.
public struct LineChart: Sendable {
  public struct Series: Sendable {
    public let name: String
    /// By rising x, none negative.
    public let points: [(x: Double, y: Double)]
    public init(_ name: String, _ points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }
  }

  public let title: String
  public let horizontal: String
  public let vertical: String
  public let series: [Series]

  public init(title: String, horizontal: String, vertical: String, series: [Series]) {
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
    self.series = series
  }

  public var picture: SVGDocument {
    let points = series.flatMap(\.points)
    let frame = ChartFrame(
      horizontal: Axis(largest: points.map(\.x).max() ?? 0), vertical: Axis(largest: points.map(\.y).max() ?? 0),
      width: 420, height: 240)
    var picture = SVGDocument(width: frame.right + 30, height: frame.bottom + 44)
    frame.draw(in: &picture, title: title, horizontal: horizontal, vertical: vertical)
    for (index, one) in series.enumerated() {
      let color = Palette.color(index)
      picture.curve(one.points.map { frame.place($0.x, $0.y) }, stroke: color)
      if series.count > 1 {
        picture.label(
          one.name, x: frame.right, y: 42 - 13 * Double(series.count - 1 - index), anchor: .end, fill: color)
      }
    }
    return picture
  }
}
