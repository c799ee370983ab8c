/// A rectangle of whole pixels: columns x ..< x + width, rows y ..< y + height.
public struct PixelRectangle: Sendable, Hashable, CustomStringConvertible {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  init(columns: Range<Int>, rows: Range<Int>) {
    self.init(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
  }

  /// As ImageMagick writes geometry.
  public var description: String { "\(width)x\(height)+\(x)+\(y)" }

  public var columns: Range<Int> { x..<x + width }
  public var rows: Range<Int> { y..<y + height }

  /// What both cover; nil where they share no pixel.
  public func intersection(_ other: PixelRectangle) -> PixelRectangle? {
    let columns = columns.clamped(to: other.columns)
    let rows = rows.clamped(to: other.rows)
    return columns.isEmpty || rows.isEmpty ? nil : PixelRectangle(columns: columns, rows: rows)
  }

  func contains(_ other: PixelRectangle) -> Bool {
    other.x >= x && other.y >= y && other.x + other.width <= x + width && other.y + other.height <= y + height
  }

  func moved(x dx: Int, y dy: Int) -> PixelRectangle {
    PixelRectangle(x: x + dx, y: y + dy, width: width, height: height)
  }

  /// The same pixels in fewer rectangles, where neighbours in reading order share a side: tiles of a row become one,
  /// equal rows become one.
  static func merged(_ rectangles: [PixelRectangle]) -> [PixelRectangle] {
    var lines: [PixelRectangle] = []
    for next in rectangles.sorted(by: { ($0.y, $0.x) < ($1.y, $1.x) }) {
      if let last = lines.last, last.rows == next.rows, last.x + last.width == next.x {
        lines[lines.count - 1].width += next.width
      } else {
        lines.append(next)
      }
    }
    var result: [PixelRectangle] = []
    for next in lines {
      if let above = result.lastIndex(where: { $0.columns == next.columns && $0.y + $0.height == next.y }) {
        result[above].height += next.height
      } else {
        result.append(next)
      }
    }
    return result
  }
}
