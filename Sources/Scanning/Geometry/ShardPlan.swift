import RelevancePropagation

/// Which part of a map each of N shards makes: rectangles of whole chunks, every chunk in exactly one.
///
/// Shards are bands of chunk rows; where there are more shards than rows, a row's shards divide its columns. So their results
/// need no merging of numbers: windows that touch two shards are explained by both. Shards that get no chunk are empty and
/// done at once.
public struct ShardPlan: Sendable, Hashable {
  /// The map's size.
  public let extent: Extent
  public let chunk: Int
  public let shards: Int

  /// - Precondition: the map has pixels, `chunk` and `shards` are positive.
  public init(extent: Extent, chunk: Int = 512, shards: Int) {
    precondition(extent.vertical > 0 && extent.horizontal > 0 && chunk > 0 && shards > 0, "\(shards) shards")
    (self.extent, self.chunk, self.shards) = (extent, chunk, shards)
  }

  public var chunkRows: Int { (extent.vertical + chunk - 1) / chunk }
  public var chunkColumns: Int { (extent.horizontal + chunk - 1) / chunk }

  /// The shard's part of the map in pixels; nil where it is empty.
  /// - Precondition: `shard` is in 0 ..< shards.
  public func rectangle(of shard: Int) -> PixelRectangle? {
    precondition((0..<shards).contains(shard), "shard \(shard) of \(shards)")
    guard shards > chunkRows else {
      return rectangle(rows: part(shard, of: shards, from: chunkRows), columns: 0..<chunkColumns)
    }
    // The shards of a row: those whose number falls on it.
    let row = shard * chunkRows / shards
    let first = (row * shards + chunkRows - 1) / chunkRows
    let next = ((row + 1) * shards + chunkRows - 1) / chunkRows
    let inRow = min(next - first, chunkColumns)
    guard shard - first < inRow else { return nil }
    return rectangle(rows: row..<row + 1, columns: part(shard - first, of: inRow, from: chunkColumns))
  }

  /// Equal parts of `count` things, as far as they go.
  private func part(_ index: Int, of parts: Int, from count: Int) -> Range<Int> {
    index * count / parts..<(index + 1) * count / parts
  }

  private func rectangle(rows: Range<Int>, columns: Range<Int>) -> PixelRectangle {
    func pixels(_ chunks: Range<Int>, _ extent: Int) -> Range<Int> {
      chunks.lowerBound * chunk..<min(chunks.upperBound * chunk, extent)
    }
    return PixelRectangle(rows: pixels(rows, extent.vertical), columns: pixels(columns, extent.horizontal))
  }

  /// A rectangle divided into bands of columns, each no wider than `widest` chunks: what bounds a scan's memory.
  public static func bands(of rectangle: PixelRectangle, chunk: Int, widest: Int) -> [PixelRectangle] {
    precondition(widest > 0 && rectangle.x % chunk == 0, "bands of \(widest) chunks of \(rectangle)")
    let chunks = (rectangle.width + chunk - 1) / chunk
    let bands = (chunks + widest - 1) / widest
    return (0..<bands).map { band in
      let left = rectangle.x + band * chunks / bands * chunk
      let right = min(rectangle.x + (band + 1) * chunks / bands * chunk, rectangle.columns.upperBound)
      return PixelRectangle(rows: rectangle.rows, columns: left..<right)
    }
  }
}
