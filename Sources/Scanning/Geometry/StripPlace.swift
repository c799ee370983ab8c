public import RelevancePropagation

/// Which part of the map a strip is: a row of chunks, from one column of chunks to another.
public struct StripPlace: Sendable, Hashable {
  /// Row of chunks of the map.
  public let chunkRow: Int
  public let chunkColumns: Range<Int>
  /// In pixels of the map.
  public let rectangle: PixelRectangle

  /// The strips of a rectangle that consists of whole chunks (or ends with the map), from top to bottom.
  static func all(in rectangle: PixelRectangle, chunk: Int) -> [StripPlace] {
    precondition(
      rectangle.x % chunk == 0 && rectangle.y % chunk == 0, "\(rectangle) does not begin with a chunk of \(chunk)")
    let columns = rectangle.x / chunk..<(rectangle.columns.upperBound + chunk - 1) / chunk
    return stride(from: rectangle.y, to: rectangle.rows.upperBound, by: chunk).map { y in
      StripPlace(
        chunkRow: y / chunk, chunkColumns: columns,
        rectangle: PixelRectangle(rows: y..<min(y + chunk, rectangle.rows.upperBound), columns: rectangle.columns))
    }
  }

  /// "12.0-31": the row, and the first and the last column of chunks.
  public var name: String { "\(chunkRow).\(chunkColumns.lowerBound)-\(chunkColumns.upperBound - 1)" }
}
