import Foundation
import Imaging
import Pipelines

/// An image as a Deep Zoom pyramid of JPEG tiles, read once from the top to the bottom.
///
/// A band of one row of tiles is read, cut and halved; two halved bands are a band of the next level. Held are a band of
/// each level, 3 · 512 · width bytes and as much again for all smaller ones.
struct ImageTiles {
  private let source: BandSource

  init(_ source: BandSource) { self.source = source }

  /// Rows of a level that have come and are not written yet.
  private struct Level {
    let number: Int
    let width: Int
    let height: Int
    var rows: [UInt8] = []
    var taken = 0
  }

  /// Writes `path`.dzi and `path`_files.
  func write(to path: String, _ progress: (Double) throws -> Void) throws {
    let count = DeepZoomFolder.levelCount(width: source.width, height: source.height)
    var levels = (0..<count).map { step in
      Level(
        number: count - 1 - step, width: (source.width - 1) >> step + 1, height: (source.height - 1) >> step + 1)
    }
    try DeepZoomFolder.writeDescription(to: path + ".dzi", format: "jpg", width: source.width, height: source.height)
    for level in levels { try DeepZoomFolder.makeFolder("\(path)_files/\(level.number)") }
    let tile = DeepZoomFolder.tile
    for top in stride(from: 0, to: source.height, by: tile) {
      let rows = min(tile, source.height - top)
      var next: [UInt8]? = try source.read(top, rows)
      for step in levels.indices {
        guard let rows = next else { break }
        next = try Self.add(rows, to: &levels[step], "\(path)_files")
      }
      try progress(Double(top + rows) / Double(source.height))
    }
  }

  /// - Returns: rows for the next level, once there is a whole band of this one.
  private static func add(_ rows: [UInt8], to level: inout Level, _ folder: String) throws -> [UInt8]? {
    let tile = DeepZoomFolder.tile
    level.rows += rows
    let count = level.rows.count / (3 * level.width)
    guard count == tile || level.taken + count == level.height else { return nil }
    let (band, width, number, row) = (level.rows, level.width, level.number, level.taken / tile)
    level.taken += count
    level.rows = []
    try concurrently((width + tile - 1) / tile) { column in
      let left = column * tile
      let pixels = min(tile, width - left)
      let part = (0..<count).map { band[($0 * width + left) * 3..<($0 * width + left + pixels) * 3] }
      let bytes = try JPEGFile.bytes(of: Array(part.joined()), width: pixels, height: count)
      try DeepZoomFolder.write(bytes, to: "\(folder)/\(number)/\(column)_\(row).jpg")
    }
    return halved(band, width: width, height: count)
  }

  /// The mean of 2 × 2 pixels each, of those that exist at the border.
  private static func halved(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    return [UInt8](unsafeUninitializedCapacity: halfWidth * halfHeight * 3) { result, initialized in
      pixels.withUnsafeBufferPointer { pixels in
        for y in 0..<halfHeight {
          let upper = 2 * y * width
          let lower = min(2 * y + 1, height - 1) * width
          for x in 0..<halfWidth {
            let (left, right) = (2 * x, min(2 * x + 1, width - 1))
            for channel in 0..<3 {
              let sum =
                Int(pixels[(upper + left) * 3 + channel]) + Int(pixels[(upper + right) * 3 + channel])
                + Int(pixels[(lower + left) * 3 + channel]) + Int(pixels[(lower + right) * 3 + channel])
              result[(y * halfWidth + x) * 3 + channel] = UInt8((sum + 2) / 4)
            }
          }
        }
      }
      initialized = halfWidth * halfHeight * 3
    }
  }
}
