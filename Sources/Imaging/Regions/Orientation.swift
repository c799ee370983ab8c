import RelevancePropagation

/// EXIF's orientation (tag 0x0112): how a stored picture is turned and mirrored to stand upright.
struct Orientation: Hashable {
  /// 1 … 8.
  let code: Int

  init(_ code: Int) { self.code = (1...8).contains(code) ? code : 1 }

  /// Rows become columns.
  var swapsAxes: Bool { code >= 5 }
  /// Stored columns run from right to left, once axes are swapped.
  private var flipsColumns: Bool { [2, 3, 7, 8].contains(code) }
  private var flipsRows: Bool { [3, 4, 6, 7].contains(code) }

  /// Whether upright rows are read from stored rows of the same order.
  var keepsRows: Bool { code <= 2 }

  /// Where an upright pixel is stored, in a stored picture of `width` × `height`.
  func stored(x: Int, y: Int, width: Int, height: Int) -> (x: Int, y: Int) {
    let (u, v) = swapsAxes ? (y, x) : (x, y)
    return (flipsColumns ? width - 1 - u : u, flipsRows ? height - 1 - v : v)
  }

  /// The stored pixels of an upright rectangle.
  func stored(_ area: PixelRectangle, width: Int, height: Int) -> PixelRectangle {
    let columns = swapsAxes ? area.rows : area.columns
    let rows = swapsAxes ? area.columns : area.rows
    return PixelRectangle(
      rows: flipsRows ? height - rows.upperBound..<height - rows.lowerBound : rows,
      columns: flipsColumns ? width - columns.upperBound..<width - columns.lowerBound : columns)
  }

  /// The upright pixels of a stored rectangle.
  func upright(_ area: PixelRectangle, width: Int, height: Int) -> PixelRectangle {
    let columns = flipsColumns ? width - area.columns.upperBound..<width - area.columns.lowerBound : area.columns
    let rows = flipsRows ? height - area.rows.upperBound..<height - area.rows.lowerBound : area.rows
    return swapsAxes ? PixelRectangle(rows: columns, columns: rows) : PixelRectangle(rows: rows, columns: columns)
  }
}

/// A picture turned upright as its regions are read.
final class UprightPixels: LevelPixels {
  private let stored: any LevelPixels
  private let orientation: Orientation

  init(_ stored: any LevelPixels, _ orientation: Orientation) {
    self.stored = stored
    self.orientation = orientation
  }

  var width: Int { orientation.swapsAxes ? stored.height : stored.width }
  var height: Int { orientation.swapsAxes ? stored.width : stored.height }
  var isWide: Bool { stored.isWide }

  func read(into buffer: PixelBuffer) throws -> [PixelRectangle] {
    let source = orientation.stored(buffer.area, width: stored.width, height: stored.height)
    let rowBytes = source.width * 3 * buffer.bytesPerSample
    let step = max(1, ReadingMemory.inFlight / rowBytes)
    var unreadable: [PixelRectangle] = []
    for y in stride(from: source.y, to: source.y + source.height, by: step) {
      let band = PixelRectangle(x: source.x, y: y, width: source.width, height: min(step, source.y + source.height - y))
      unreadable += try PixelBuffer.temporary(band, isWide: isWide) { part in
        let bad = try stored.read(into: part)
        turn(part, into: buffer)
        return bad
      }
    }
    return PixelRectangle.merged(
      unreadable.map { orientation.upright($0, width: stored.width, height: stored.height) })
  }

  private func turn(_ part: PixelBuffer, into buffer: PixelBuffer) {
    let target = orientation.upright(part.area, width: stored.width, height: stored.height)
    let bytes = 3 * part.bytesPerSample
    for y in target.rows {
      var to = buffer.pointer(x: target.x, y: y)
      let first = orientation.stored(x: target.x, y: y, width: stored.width, height: stored.height)
      let second = orientation.stored(x: target.x + 1, y: y, width: stored.width, height: stored.height)
      var from = part.pointer(x: first.x, y: first.y)
      let step = ((second.y - first.y) * part.stride + (second.x - first.x) * 3) * part.bytesPerSample
      for _ in 0..<target.width {
        to.copyMemory(from: from, byteCount: bytes)
        to += bytes
        from += step
      }
    }
  }
}
