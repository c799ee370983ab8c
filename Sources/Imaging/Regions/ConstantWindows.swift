/// Which windows of a row of windows are of one colour: background, that need not be explained one by one.
///
/// ```swift
/// let windows = ConstantWindows(in: bytes, width: region.width, bytesPerPixel: 3, rows: 48..<144)
/// if let pixel = windows.pixel(columns: 96..<192) { … }  // the three bytes of every pixel of that window
/// ```
/// One pass over the rows serves all windows of the row, whatever their stride: a column of pixels is constant where
/// no row differs from the first one, and a window where its columns are constant and equal their left neighbours.
/// Pixels are compared as bytes, so floats of 0 and −0 differ.
public struct ConstantWindows: Sendable {
  private let firstRow: [UInt8]
  private let bytesPerPixel: Int
  /// Up to pixel x: pixels that are no constant column or differ from their left neighbour.
  private let breaks: [Int32]
  /// Columns that are not constant, up to pixel x.
  private let uneven: [Int32]

  /// - Parameters:
  ///   - bytes: rows of `width` pixels, next to each other, without gaps.
  ///   - width: pixels of a row.
  ///   - bytesPerPixel: 3 for RGB bytes, 12 for RGB floats.
  ///   - rows: the rows that the windows cover.
  /// - Precondition: `bytes` holds these rows, at least one.
  public init(in bytes: UnsafeRawBufferPointer, width: Int, bytesPerPixel: Int, rows: Range<Int>) {
    let rowBytes = width * bytesPerPixel
    precondition(width > 0 && bytesPerPixel > 0 && !rows.isEmpty, "windows of no pixels")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound * rowBytes <= bytes.count,
      "rows \(rows) of \(bytes.count / rowBytes) of \(width) pixels")
    self.bytesPerPixel = bytesPerPixel
    let base = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    let first = base + rows.lowerBound * rowBytes
    firstRow = Array(UnsafeBufferPointer(start: first, count: rowBytes))

    // Bits in which any row differs from the first.
    var differing = [UInt8](repeating: 0, count: rowBytes)
    differing.withUnsafeMutableBufferPointer { differing in
      let differing = differing.baseAddress!
      for row in rows.dropFirst() {
        let line = base + row * rowBytes
        for i in 0..<rowBytes { differing[i] |= line[i] ^ first[i] }
      }
    }
    var breaks: [Int32] = [0]
    var uneven: [Int32] = [0]
    breaks.reserveCapacity(width + 1)
    uneven.reserveCapacity(width + 1)
    for x in 0..<width {
      let start = x * bytesPerPixel
      let isUneven = (start..<start + bytesPerPixel).contains { differing[$0] != 0 }
      let isNew = x > 0 && (start..<start + bytesPerPixel).contains { first[$0] != first[$0 - bytesPerPixel] }
      uneven.append(uneven[x] + (isUneven ? 1 : 0))
      breaks.append(breaks[x] + (isUneven || isNew ? 1 : 0))
    }
    self.breaks = breaks
    self.uneven = uneven
  }

  /// The bytes of every pixel in these columns; nil where they are not all the same.
  /// - Precondition: the columns lie inside the rows, at least one.
  public func pixel(columns: Range<Int>) -> [UInt8]? {
    guard isConstant(columns: columns) else { return nil }
    let start = columns.lowerBound * bytesPerPixel
    return Array(firstRow[start..<start + bytesPerPixel])
  }

  /// Whether all pixels in these columns are the same.
  public func isConstant(columns: Range<Int>) -> Bool {
    precondition(!columns.isEmpty && columns.lowerBound >= 0 && columns.upperBound < breaks.count)
    let first = columns.lowerBound
    return uneven[first + 1] == uneven[first] && breaks[columns.upperBound] == breaks[first + 1]
  }
}
