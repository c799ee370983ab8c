/// Pixels x ..< x + width, y ..< y + height of an image or a map; row 0 is the top.
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

  public init(rows: Range<Int>, columns: Range<Int>) {
    self.init(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
  }

  public var rows: Range<Int> { y..<y + height }
  public var columns: Range<Int> { x..<x + width }
  public var isEmpty: Bool { width <= 0 || height <= 0 }

  /// "x,y,w,h", as `--roi` takes it.
  public var description: String { "\(x),\(y),\(width),\(height)" }

  public func intersects(_ other: PixelRectangle) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
  }

  /// What both cover; nil where they share no pixel.
  public func intersection(_ other: PixelRectangle) -> PixelRectangle? {
    let columns = columns.clamped(to: other.columns)
    let rows = rows.clamped(to: other.rows)
    return columns.isEmpty || rows.isEmpty ? nil : PixelRectangle(rows: rows, columns: columns)
  }

  public func contains(_ other: PixelRectangle) -> Bool {
    other.x >= x && other.y >= y && other.x + other.width <= x + width && other.y + other.height <= y + height
  }

  public func moved(x dx: Int, y dy: Int) -> PixelRectangle {
    PixelRectangle(x: x + dx, y: y + dy, width: width, height: height)
  }
}
