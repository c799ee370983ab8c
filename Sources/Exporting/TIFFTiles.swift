import Foundation
import OMEZarr
import Pipelines

/// Fills the pictures of a TIFF file from levels of a map: tiles are read and converted on several threads, and written on
/// this one, in order.
struct TIFFTiles {
  /// A picture of the file and the level it shows.
  struct Part {
    var picture: Int
    var level: ZarrArray
    /// What is shown of it; nil: what `make` makes of it is the same for all pictures of a level.
    var plane: MapPlane?

    var count: Int { level.chunkRows * level.chunkColumns }
  }

  private struct Tile: Weighted {
    let samples: [UInt8]?
    var bytes: Int { samples?.count ?? 0 }
  }

  private struct Written: Weighted { var bytes: Int { 0 } }

  /// - Parameters:
  ///   - parts: in the order in which their tiles shall lie in the file.
  ///   - make: a tile's samples; nil where it is empty. Called on any thread.
  ///   - fill: an empty tile's samples.
  static func write(
    _ parts: [Part], to file: TIFFFile, _ progress: (Double) throws -> Void,
    fill: () -> [UInt8], make: @escaping @Sendable (_ part: Part, _ row: Int, _ column: Int) throws -> [UInt8]?
  ) throws {
    let total = parts.reduce(0) { $0 + $1.count }
    var done = 0
    let pipeline = Pipeline(
      batch: 1, preparing: ProcessInfo.processInfo.activeProcessorCount, finishing: 1, byteLimit: 64 << 20)
    for part in parts {
      try file.choose(part.picture)
      let columns = part.level.chunkColumns
      var next = 0
      try pipeline.run(
        Array(0..<part.count),
        prepare: { Tile(samples: try make(part, $0 / columns, $0 % columns)) },
        process: { tiles in
          for tile in tiles {
            try file.write(row: next / columns, column: next % columns, tile.samples, fill: fill)
            next += 1
            done += 1
            try progress(Double(done) / Double(total))
          }
          return tiles.map { _ in Written() }
        },
        finish: { $0 }, deliver: { _ in })
    }
  }
}

/// Float samples as bytes, in the order of this machine; libtiff writes the file in the same.
func bytes(of values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
