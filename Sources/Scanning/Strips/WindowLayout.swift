import RelevancePropagation

/// Where the windows of a scan lie, and which of them are looked at.
protocol WindowLayout: Sendable {
  /// The part of the image that is explained, in pixels of the image. All else is in pixels of this region: the map.
  var region: PixelRectangle { get }
  var rows: any WindowSpans { get }
  var columns: any WindowSpans { get }
  /// Whether windows of one colour have the same relevance.
  var mayRepeat: Bool { get }

  func isWanted(row: Int, column: Int) -> Bool
  /// Whether a window cannot be explained without what is unreadable, in pixels of the map.
  func isLost(row: Int, column: Int, unreadable: [PixelRectangle]) -> Bool
}

extension WindowLayout {
  /// A window's pixels on the map; the rest of it is padding.
  func rectangle(row: Int, column: Int) -> PixelRectangle {
    PixelRectangle(
      rows: rows.span(row).clamped(to: 0..<region.height), columns: columns.span(column).clamped(to: 0..<region.width))
  }

  /// A rectangle of the map in pixels of the image.
  func inImage(_ rectangle: PixelRectangle) -> PixelRectangle {
    PixelRectangle(
      x: rectangle.x + region.x, y: rectangle.y + region.y, width: rectangle.width, height: rectangle.height)
  }

  func inMap(_ rectangle: PixelRectangle) -> PixelRectangle {
    PixelRectangle(
      x: rectangle.x - region.x, y: rectangle.y - region.y, width: rectangle.width, height: rectangle.height)
  }
}

/// The windows of a grid, those that a mask wants.
struct GridLayout: WindowLayout {
  let grid: WindowGrid
  let mask: @Sendable (PixelRectangle) -> Bool

  var region: PixelRectangle { grid.region }
  var rows: any WindowSpans { grid.rows }
  var columns: any WindowSpans { grid.columns }
  var mayRepeat: Bool { true }

  func isWanted(row: Int, column: Int) -> Bool { mask(inImage(rectangle(row: row, column: column))) }

  func isLost(row: Int, column: Int, unreadable: [PixelRectangle]) -> Bool {
    let window = rectangle(row: row, column: column)
    return unreadable.contains { $0.intersects(window) }
  }
}
