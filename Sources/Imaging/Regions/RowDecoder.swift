import VipsShim

/// Decodes a picture in blocks of whole rows.
protocol RowDecoder: AnyObject {
  var width: Int { get }
  var height: Int { get }
  var isWide: Bool { get }
  /// Rows of all blocks but the last.
  var rowsPerBlock: Int { get }
  /// Whether blocks can be decoded in any order; otherwise from the first on, each once.
  var isFree: Bool { get }

  /// Fills `buffer`, whose area is block `block`.
  /// - Returns: rows that could not be decoded, in any order; their pixels may hold anything.
  func decode(_ block: Int, into buffer: PixelBuffer) throws -> [Range<Int>]

  /// Begins at the first block again.
  func restart() throws
}

/// Rows of a format that is decoded from its top to its bottom: JPEG, PNG, WebP, PPM, TIFF files of one long strip.
///
/// From the first block that libvips complains of (16 rows) to the bottom everything is unreadable: without a restart
/// a decoder of these formats has lost its way.
final class RowsInOrder: RowDecoder {
  let rowsPerBlock = 16
  let isFree = false
  private var picture: OpenPicture
  private let reopen: () throws -> OpenPicture
  private var lost: Int?

  init(open: @escaping () throws -> OpenPicture) throws {
    picture = try open()
    reopen = open
  }

  var width: Int { picture.width }
  var height: Int { picture.height }
  var isWide: Bool { picture.isWide }

  func decode(_ block: Int, into buffer: PixelBuffer) throws -> [Range<Int>] {
    if lost == nil, !picture.read(into: buffer) { lost = buffer.area.y }
    guard let lost, lost <= buffer.area.y else { return [] }
    return [buffer.area.rows]
  }

  func restart() throws { picture = try reopen() }
}

/// Rows of a TIFF file in strips, each decoded by itself. A bad strip is unreadable, its neighbours are not.
final class RowsInStrips: RowDecoder {
  let width: Int
  let height: Int
  let isWide: Bool
  let rowsPerBlock: Int
  let isFree = true
  private let rowsPerStrip: Int
  private let strips: OpaquePointer

  /// - Throws: `ImageError`.
  init(path: String, picture: vips_shim_picture, rowsPerStrip: Int, ground: Double) throws {
    var message: UnsafeMutablePointer<CChar>?
    var form = vips_shim_form()
    guard let strips = vips_shim_strips_open(path, picture, ground, &form, &message) else {
      throw ImageFile.error(path, message)
    }
    self.strips = strips
    width = Int(form.width)
    height = Int(form.height)
    isWide = form.is_wide != 0
    self.rowsPerStrip = rowsPerStrip
    // Several short strips at once: a call costs as much as decoding some ten thousand pixels.
    rowsPerBlock = rowsPerStrip * max(1, min(64 / rowsPerStrip, ReadingMemory.block / (width * rowsPerStrip * 3)))
  }

  deinit { vips_shim_strips_close(strips) }

  func decode(_ block: Int, into buffer: PixelBuffer) throws -> [Range<Int>] {
    let rows = buffer.area.rows
    if read(rows, buffer) { return [] }
    // Once more, strip by strip: what libvips complained of may be another thread's image.
    return Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerStrip)
      .map { $0..<min($0 + rowsPerStrip, rows.upperBound) }
      .filter { !read($0, buffer) }
  }

  func restart() {}

  private func read(_ rows: Range<Int>, _ buffer: PixelBuffer) -> Bool {
    var message: UnsafeMutablePointer<CChar>?
    let count = (rows.count + rowsPerStrip - 1) / rowsPerStrip
    let failed = vips_shim_strips_read(
      strips, Int32(rows.lowerBound / rowsPerStrip), Int32(count), buffer.pointer(x: 0, y: rows.lowerBound), &message)
    vips_shim_free(message)
    return failed == 0
  }
}
