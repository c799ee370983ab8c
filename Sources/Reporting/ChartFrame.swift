/// Where a chart of curves lies in its picture, and its two axes.
struct ChartFrame {
  let horizontal: Axis
  let vertical: Axis
  let left = 60.0
  let top = 56.0
  let width: Double
  let height: Double

  var right: Double { left + width }
  var bottom: Double { top + height }

  /// Where a point of the curves lies.
  func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (left + horizontal.position(x, length: width), bottom - vertical.position(y, length: height))
  }

  /// Title, names of the axes, grid and ticks.
  func draw(in picture: inout SVGDocument, title: String, horizontal across: String, vertical up: String) {
    picture.label(title, x: left, y: 20, size: 14)
    picture.label(up, x: left, y: 42)
    for tick in horizontal.ticks {
      let x = left + horizontal.position(tick, length: width)
      picture.line(from: (x, top), to: (x, bottom))
      picture.label(Axis.text(tick), x: x, y: bottom + 14, anchor: .middle)
    }
    for tick in vertical.ticks {
      let y = bottom - vertical.position(tick, length: height)
      picture.line(from: (left, y), to: (right, y))
      picture.label(Axis.text(tick), x: left - 6, y: y + 4, anchor: .end)
    }
    picture.label(across, x: left + width / 2, y: bottom + 34, anchor: .middle)
  }
}
