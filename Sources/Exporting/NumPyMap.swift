import Foundation
import Imaging
import OMEZarr
import Pipelines
import RelevancePropagation

/// A map as NumPy saves arrays: float32 `[2, H, W]`, or `[H, W]` where one plane is asked for.
///
/// Chunks are written where their rows belong, so a map of any width needs the memory of a few chunks; where nothing was
/// computed the file has holes, which take no room on the disk.
struct NumPyMap {
  private let exporter: MapExporter

  init(_ exporter: MapExporter) { self.exporter = exporter }

  func write(to path: String, _ progress: (Double) throws -> Void) throws {
    let (level, planes) = (exporter.store.base, exporter.options.planes)
    let (width, height) = (level.width, level.height)
    let file = try AtomicFile(path: path)
    guard file.isRegular else {
      throw FileWriteError(
        path: path, reason: "it is no regular file, and the map is not written in order; name a file")
    }
    let header = NumPyArray.header(type: "<f4", extents: (planes.count > 1 ? [planes.count] : []) + [height, width])
    try file.write(header)
    let descriptor = file.descriptor
    guard ftruncate(descriptor, off_t(header.count + 4 * planes.count * height * width)) == 0 else {
      throw FileWriteError(path: path, errno: errno)
    }
    for (index, plane) in planes.enumerated() {
      for row in 0..<level.chunkRows {
        try concurrently(level.chunkColumns) { column in
          guard let chunk = try level.chunk(plane: plane.rawValue, row: row, column: column) else { return }
          let (top, left) = (row * level.chunkHeight, column * level.chunkWidth)
          let count = min(level.chunkWidth, width - left)
          for line in 0..<min(level.chunkHeight, height - top) {
            let offset = header.count + 4 * ((index * height + top + line) * width + left)
            let first = line * level.chunkWidth
            try chunk[first..<first + count].withUnsafeBytes {
              try Self.write($0, at: offset, to: descriptor, path)
            }
          }
        }
        try progress(Double(index * level.chunkRows + row + 1) / Double(planes.count * level.chunkRows))
      }
    }
    try file.commit()
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, to descriptor: Int32, _ path: String
  ) throws {
    var done = 0
    while done < bytes.count {
      let step = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw FileWriteError(path: path, errno: step < 0 ? errno : EIO) }
      done += step
    }
  }
}
