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
    let (left, top, width, height) = (60.0, 56.0, 420.0, 240.0)
    let (right, bottom) = (left + width, top + height)
    var picture = SVGDocument(width: right + 30, height: bottom + 44)
    picture.label(title, x: left, y: 20, size: 14)
    picture.label(vertical, x: left, y: 42)
    let points = series.flatMap(\.points)
    let xAxis = Axis(largest: points.map(\.x).max() ?? 0)
    let yAxis = Axis(largest: points.map(\.y).max() ?? 0)
    for tick in xAxis.ticks {
      let x = left + xAxis.position(tick, length: width)
      picture.line(from: (x, top), to: (x, bottom))
      picture.label(Axis.text(tick), x: x, y: bottom + 14, anchor: .middle)
    }
    for tick in yAxis.ticks {
      let y = bottom - yAxis.position(tick, length: height)
      picture.line(from: (left, y), to: (right, y))
      picture.label(Axis.text(tick), x: left - 6, y: y + 4, anchor: .end)
    }
    picture.label(horizontal, x: left + width / 2, y: bottom + 34, anchor: .middle)
    for (index, one) in series.enumerated() {
      let color = Palette.color(index)
      picture.curve(
        one.points.map {
          (left + xAxis.position($0.x, length: width), bottom - yAxis.position($0.y, length: height))
        }, stroke: color)
      if series.count > 1 {
        picture.label(one.name, x: right, y: 42 - 13 * Double(series.count - 1 - index), anchor: .end, fill: color)
      }
    }
    return picture
  }
}
