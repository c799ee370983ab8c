import Foundation
import RelevancePropagation

/// All rows of a picture, decoded once into a file without a name in the folder for temporary files ($TMPDIR), and
/// read from there in any order: for pictures that must be turned upright and can only be decoded from their top.
///
/// The file takes width · height · 3 bytes (12 where 16 bits a sample), and goes with the reader or the process.
final class SpooledPixels: LevelPixels {
  private let decoder: any RowDecoder
  private var descriptor: Int32?
  private var unreadable = IndexSet()

  init(_ decoder: any RowDecoder) { self.decoder = decoder }

  deinit { if let descriptor { close(descriptor) } }

  var width: Int { decoder.width }
  var height: Int { decoder.height }
  var isWide: Bool { decoder.isWide }

  func read(into buffer: PixelBuffer) throws -> [PixelRectangle] {
    let descriptor = try self.descriptor ?? spool()
    self.descriptor = descriptor
    let bytesPerPixel = 3 * buffer.bytesPerSample
    for y in buffer.area.rows {
      let offset = (y * width + buffer.area.x) * bytesPerPixel
      let count = buffer.area.width * bytesPerPixel
      guard pread(descriptor, buffer.pointer(x: buffer.area.x, y: y), count, off_t(offset)) == count else {
        throw Self.failure(EIO)
      }
    }
    return unreadable.ranges(in: buffer.area.rows).map {
      let part = PixelRectangle(rows: $0, columns: buffer.area.columns)
      buffer.clear(part)
      return part
    }
  }

  private static var folder: String { FileManager.default.temporaryDirectory.path }

  private static func failure(_ code: Int32) -> FileWriteError {
    FileWriteError(path: "\(folder) (decoded rows of a turned image)", errno: code)
  }

  private func spool() throws -> Int32 {
    var name = Array("\(Self.folder)/relprop-rows-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw Self.failure(errno) }
    unlink(name)
    do {
      for block in 0..<(height + decoder.rowsPerBlock - 1) / decoder.rowsPerBlock {
        let start = block * decoder.rowsPerBlock
        let rows = start..<min(start + decoder.rowsPerBlock, height)
        let area = PixelRectangle(rows: rows, columns: 0..<width)
        try PixelBuffer.temporary(area, isWide: isWide) { buffer in
          for bad in try decoder.decode(block, into: buffer) { unreadable.insert(integersIn: bad) }
          try Self.append(buffer, to: descriptor)
        }
      }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func append(_ buffer: PixelBuffer, to descriptor: Int32) throws {
    var from = buffer.base
    var left = buffer.area.width * buffer.area.height * 3 * buffer.bytesPerSample
    while left > 0 {
      let written = write(descriptor, from, left)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure(written < 0 ? errno : EIO) }
      from += written
      left -= written
    }
  }
}
