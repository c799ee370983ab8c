import Foundation
import Pipelines
import RelevancePropagation

/// A Zarr v2 array of float32 planes `[planes, height, width]` on the disk, every chunk a file of its own.
///
/// Chunk (plane, row, column) is the file `plane/row/column` below the array's folder: its values in C order, little-endian,
/// as a zlib stream. All chunks have one size; beyond the right and lower border they hold zeros. A chunk without a file
/// is zero everywhere, so what was never computed costs nothing, and chunks can be written in any order, by any number of
/// processes, each complete or not at all.
///
/// Format: Zarr storage specification version 2 (zarr-specs.readthedocs.io).
public struct ZarrArray: Sendable {
  public let path: String
  private let metadata: ZarrMetadata

  public var planes: Int { metadata.shape[0] }
  public var height: Int { metadata.shape[1] }
  public var width: Int { metadata.shape[2] }
  /// Of every chunk, in values.
  public var chunkHeight: Int { metadata.chunks[1] }
  public var chunkWidth: Int { metadata.chunks[2] }
  public var chunkCount: Int { chunkHeight * chunkWidth }
  /// Rows and columns of chunks.
  public var chunkRows: Int { (height + chunkHeight - 1) / chunkHeight }
  public var chunkColumns: Int { (width + chunkWidth - 1) / chunkWidth }

  /// Opens an array.
  /// - Throws: `ZarrError`: no array, damaged metadata, or a layout this library does not read.
  public init(path: String) throws {
    self.path = path
    metadata = try ZarrMetadata(path: path)
  }

  private init(path: String, metadata: ZarrMetadata) {
    self.path = path
    self.metadata = metadata
  }

  /// Makes the folder and its metadata; no chunk is written.
  /// - Throws: `FileWriteError`.
  public static func create(
    at path: String, planes: Int, height: Int, width: Int, chunkHeight: Int, chunkWidth: Int
  ) throws -> ZarrArray {
    precondition(planes > 0 && height > 0 && width > 0, "an array of [\(planes), \(height), \(width)]")
    precondition(chunkHeight > 0 && chunkWidth > 0, "chunks of [\(chunkHeight), \(chunkWidth)]")
    let metadata = ZarrMetadata(shape: [planes, height, width], chunks: [1, chunkHeight, chunkWidth])
    try makeFolder(path)
    try AtomicFile.write(metadata.text, to: path + "/" + ZarrMetadata.fileName)
    return ZarrArray(path: path, metadata: metadata)
  }

  private func file(plane: Int, row: Int, column: Int) -> String {
    precondition(
      (0..<planes).contains(plane) && (0..<chunkRows).contains(row) && (0..<chunkColumns).contains(column),
      "no chunk \(plane)/\(row)/\(column) in [\(planes), \(chunkRows), \(chunkColumns)]")
    return path + "/" + [plane, row, column].map(String.init).joined(separator: metadata.separator)
  }

  private static func makeFolder(_ path: String) throws {
    guard access(path, F_OK) != 0 else { return }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileWriteError(path: path, reason: StoreFile.reason(error))
    }
  }

  // MARK: Chunks

  /// Writes a chunk: complete, or not at all. One that is zero everywhere has no file.
  ///
  /// The file is in its place when this returns, and is safe from the end of the process. From a loss of power it is safe
  /// after `Store.flush`.
  /// - Parameter values: `chunkHeight` rows of `chunkWidth`; zero beyond the array's border.
  /// - Throws: `FileWriteError`, for instance when the disk is full.
  public func write(_ values: [Float], plane: Int, row: Int, column: Int) throws {
    precondition(values.count == chunkCount, "a chunk has \(chunkCount) values, got \(values.count)")
    let name = file(plane: plane, row: row, column: column)
    if values.allSatisfy({ $0 == 0 }) {
      guard unlink(name) == 0 || errno == ENOENT else { throw FileWriteError(path: name, errno: errno) }
      return
    }
    if metadata.separator == "/" { try Self.makeFolder((name as NSString).deletingLastPathComponent) }
    let file = try AtomicFile(path: name)
    try values.withUnsafeBytes { bytes in
      guard let level = metadata.zlibLevel else { return try file.write(bytes) }
      try file.write(Zlib.compress(bytes, level: Int32(level)))
    }
    try file.commit(flushing: false)
  }

  /// Whether a chunk has a file.
  public func hasChunk(plane: Int, row: Int, column: Int) -> Bool {
    access(file(plane: plane, row: row, column: column), F_OK) == 0
  }

  /// A chunk's values, or nil where it has no file: it is zero everywhere.
  /// - Throws: `ZarrError` where the file is damaged.
  public func chunk(plane: Int, row: Int, column: Int) throws -> [Float]? {
    let name = file(plane: plane, row: row, column: column)
    guard let stream = try StoreFile.bytes(name) else { return nil }
    var isWhole = false
    let values = [Float](unsafeUninitializedCapacity: chunkCount) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      isWhole = stream.withUnsafeBytes { stream in
        if metadata.zlibLevel != nil { return Zlib.expand(stream, into: bytes) }
        guard stream.count == bytes.count else { return false }
        bytes.copyMemory(from: stream)
        return true
      }
      initialized = isWhole ? chunkCount : 0
    }
    guard isWhole else {
      throw ZarrError(
        path: name,
        "a chunk of \(chunkHeight) × \(chunkWidth) values was expected, and its \(stream.count) bytes are no such; "
          + "it is damaged: delete it with the mark of its strip and go on with the scan")
    }
    return values
  }

  // MARK: Regions

  /// Values of a rectangle, row by row, chunks read as they are needed.
  /// - Precondition: the rectangle lies inside the array.
  /// - Throws: `ZarrError` where a chunk is damaged.
  public func region(plane: Int, x: Int, y: Int, width: Int, height: Int) throws -> [Float] {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= self.width && y + height <= self.height,
      "\(width) × \(height) at \(x), \(y) of \(self.width) × \(self.height)")
    var values = [Float](repeating: 0, count: width * height)
    for row in y / chunkHeight...(y + height - 1) / chunkHeight {
      for column in x / chunkWidth...(x + width - 1) / chunkWidth {
        guard let chunk = try chunk(plane: plane, row: row, column: column) else { continue }
        let (left, top) = (column * chunkWidth, row * chunkHeight)
        let columns = max(x, left)..<min(x + width, left + chunkWidth)
        for line in max(y, top)..<min(y + height, top + chunkHeight) {
          let from = (line - top) * chunkWidth + columns.lowerBound - left
          let to = (line - y) * width + columns.lowerBound - x
          values.replaceSubrange(to..<to + columns.count, with: chunk[from..<from + columns.count])
        }
      }
    }
    return values
  }

  /// Writes a rectangle of whole chunks, several at a time.
  /// - Parameter values: `height` rows of `width`.
  /// - Precondition: the rectangle begins at a chunk's corner and ends at another's, or at the array's border.
  /// - Throws: `FileWriteError`; chunks written before stay.
  public func write(_ values: [Float], plane: Int, x: Int, y: Int, width: Int, height: Int) throws {
    precondition(values.count == width * height, "\(width) × \(height) values expected, got \(values.count)")
    let (right, bottom) = (x + width, y + height)
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && x % chunkWidth == 0 && y % chunkHeight == 0
        && (right == self.width || right < self.width && right % chunkWidth == 0)
        && (bottom == self.height || bottom < self.height && bottom % chunkHeight == 0),
      "\(width) × \(height) at \(x), \(y) are no whole chunks of \(self.width) × \(self.height)")
    let columns = (width + chunkWidth - 1) / chunkWidth
    let rows = (height + chunkHeight - 1) / chunkHeight
    try concurrently(rows * columns) { index in
      let (left, top) = (index % columns * chunkWidth, index / columns * chunkHeight)
      let count = min(chunkWidth, width - left)
      var chunk = [Float](repeating: 0, count: chunkCount)
      for line in 0..<min(chunkHeight, height - top) {
        let from = (top + line) * width + left
        chunk.replaceSubrange(line * chunkWidth..<line * chunkWidth + count, with: values[from..<from + count])
      }
      try write(chunk, plane: plane, row: (y + top) / chunkHeight, column: (x + left) / chunkWidth)
    }
  }
}
