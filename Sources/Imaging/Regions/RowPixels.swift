import Foundation
import RelevancePropagation

/// A picture that is decoded in whole rows, with the last of them kept for regions that overlap.
///
/// Regions that go down the picture decode each row once, as long as one does not begin further above the last one's
/// lower edge than rows are kept (`ReadingMemory.kept`; where it does, that many are kept from then on). A region that
/// begins higher up is served by decoding again: from there where the decoder is free, else from the top.
final class RowPixels: LevelPixels {
  private let decoder: any RowDecoder
  /// Row y lies at y mod `capacity`; a multiple of the decoder's blocks.
  private var capacity: Int
  private var memory: UnsafeMutableRawPointer
  /// Decoded rows in memory; both ends at a block's edge, or at the bottom.
  private var held = 0..<0
  /// Rows the decoder has given since it began.
  private var decoded = 0
  private var unreadable = IndexSet()
  private var last = 0..<0

  init(_ decoder: any RowDecoder) {
    self.decoder = decoder
    capacity = Self.capacity(keeping: ReadingMemory.kept / Self.rowBytes(decoder), decoder)
    memory = Self.allocate(capacity, decoder)
  }

  deinit { memory.deallocate() }

  var width: Int { decoder.width }
  var height: Int { decoder.height }
  var isWide: Bool { decoder.isWide }

  private static func rowBytes(_ decoder: any RowDecoder) -> Int {
    decoder.width * 3 * PixelBuffer.bytesPerSample(decoder.isWide)
  }

  /// Whole blocks for `rows` and the one that is being decoded.
  private static func capacity(keeping rows: Int, _ decoder: any RowDecoder) -> Int {
    let block = decoder.rowsPerBlock
    let wanted = min(rows, decoder.height) + block
    return (wanted + block - 1) / block * block
  }

  private static func allocate(_ capacity: Int, _ decoder: any RowDecoder) -> UnsafeMutableRawPointer {
    .allocate(byteCount: capacity * rowBytes(decoder), alignment: 16)
  }

  func read(into buffer: PixelBuffer) throws -> [PixelRectangle] {
    let area = buffer.area
    try begin(at: area.y)
    copy(held.clamped(to: area.rows), to: buffer)
    while held.upperBound < area.y + area.height {
      copy(try decodeBlock().clamped(to: area.rows), to: buffer)
    }
    last = area.rows
    return unreadable.ranges(in: area.y..<area.y + area.height).map {
      let part = PixelRectangle(rows: $0, columns: area.columns)
      buffer.clear(part)
      return part
    }
  }

  /// Makes `y` a row that is held, or the next one.
  private func begin(at y: Int) throws {
    if y < held.lowerBound, last.contains(y) {
      // This step back will come again.
      memory.deallocate()
      capacity = Self.capacity(keeping: last.upperBound - y, decoder)
      memory = Self.allocate(capacity, decoder)
      held = 0..<0
    }
    let block = y / decoder.rowsPerBlock * decoder.rowsPerBlock
    if y < held.lowerBound || held.isEmpty || (decoder.isFree && y > held.upperBound) {
      held = decoder.isFree ? block..<block : 0..<0
      if !decoder.isFree, decoded > 0 { try decoder.restart() }
      decoded = 0
    }
    while held.upperBound < block { _ = try decodeBlock() }
  }

  /// Decodes the block below those that are held.
  private func decodeBlock() throws -> Range<Int> {
    let rows = held.upperBound..<min(held.upperBound + decoder.rowsPerBlock, height)
    let area = PixelRectangle(rows: rows, columns: 0..<width)
    for bad in try decoder.decode(rows.lowerBound / decoder.rowsPerBlock, into: stored(area)) {
      unreadable.insert(integersIn: bad)
    }
    decoded += rows.count
    held = max(held.lowerBound, rows.upperBound - capacity)..<rows.upperBound
    // Rows of a block that is partly overwritten are gone.
    let block = decoder.rowsPerBlock
    if held.lowerBound > 0 { held = (held.lowerBound + block - 1) / block * block..<held.upperBound }
    return rows
  }

  /// Where rows that belong to one block lie in memory.
  private func stored(_ area: PixelRectangle) -> PixelBuffer {
    PixelBuffer(area: area, isWide: isWide, base: memory + area.y % capacity * Self.rowBytes(decoder))
  }

  private func copy(_ rows: Range<Int>, to buffer: PixelBuffer) {
    for y in rows {
      let row = stored(PixelRectangle(x: 0, y: y, width: width, height: 1))
      buffer.copy(PixelRectangle(rows: y..<y + 1, columns: buffer.area.columns), from: row)
    }
  }
}

extension IndexSet {
  /// Its ranges inside `range`, as ordinary ranges.
  func ranges(in range: Range<Int>) -> [Range<Int>] { intersection(IndexSet(integersIn: range)).rangeView.map { $0 } }
}
