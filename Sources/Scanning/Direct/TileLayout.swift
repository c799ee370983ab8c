import RelevancePropagation

/// The tiles of the direct approach, with the positions that a mask wants.
struct TileLayout: WindowLayout {
  let region: PixelRectangle
  let tileRows: TileAxis
  let tileColumns: TileAxis
  /// Of the network's windows, and of output positions.
  let window: Extent
  let stride: Extent
  let mask: @Sendable (PixelRectangle) -> Bool

  var rows: any WindowSpans { tileRows }
  var columns: any WindowSpans { tileColumns }
  var mayRepeat: Bool { false }

  func isWanted(row: Int, column: Int) -> Bool { anyPosition(row, column) { isWanted(position: $0, $1) } }

  func isLost(row: Int, column: Int, unreadable: [PixelRectangle]) -> Bool {
    !anyPosition(row, column) { isExplained(position: $0, $1, unreadable: unreadable) }
  }

  /// Whether an output position starts relevance: the mask wants its window, and all that it sees could be read.
  func isExplained(position y: Int, _ x: Int, unreadable: [PixelRectangle]) -> Bool {
    guard isWanted(position: y, x) else { return false }
    let field = field(of: y, x)
    return !unreadable.contains { $0.intersects(field) }
  }

  /// Pixels of the map that a position sees.
  func field(of y: Int, _ x: Int) -> PixelRectangle {
    PixelRectangle(rows: tileRows.pixels(of: y), columns: tileColumns.pixels(of: x))
  }

  private func isWanted(position y: Int, _ x: Int) -> Bool {
    let rows = y * stride.vertical..<y * stride.vertical + window.vertical
    let columns = x * stride.horizontal..<x * stride.horizontal + window.horizontal
    return mask(
      inImage(
        PixelRectangle(rows: rows.clamped(to: 0..<region.height), columns: columns.clamped(to: 0..<region.width))))
  }

  private func anyPosition(_ row: Int, _ column: Int, _ holds: (Int, Int) -> Bool) -> Bool {
    tileRows.positions(of: row).contains { y in tileColumns.positions(of: column).contains { holds(y, $0) } }
  }
}
