import Foundation
import Imaging
import OMEZarr
import Pipelines
import RelevancePropagation

/// A map as a folder for the browser: Deep Zoom images of the heatmap and of what it explains, and a page that shows them
/// one over the other. The page is opened from the disk and asks no network for anything.
///
/// ```
/// index.html
/// heatmap.dzi  heatmap_files/LEVEL/COLUMN_ROW.png      colours and opacity; tiles of nothing have no file
/// image.dzi    image_files/LEVEL/COLUMN_ROW.jpg        where the image is there
/// export.json
/// ```
/// Deep Zoom's level 0 is one pixel, each level twice as large as the one before; tiles do not overlap.
struct DeepZoomFolder {
  private let exporter: MapExporter
  private let scale: ColorScale
  private let record: ExportRecord

  static let record = "export.json"
  /// Width and height of tiles: those of a store's chunks.
  static let tile = Store.chunkSide

  init(_ exporter: MapExporter, _ scale: ColorScale, _ record: ExportRecord) {
    self.exporter = exporter
    self.scale = scale
    self.record = record
  }

  /// Levels of a Deep Zoom image of this size.
  static func levelCount(width: Int, height: Int) -> Int {
    var (size, count) = (max(width, height), 1)
    while size > 1 {
      size = (size + 1) / 2
      count += 1
    }
    return count
  }

  /// - Returns: the record, with what became of the image.
  func write(to path: String, replacing: Bool, _ progress: (Double) throws -> Void) throws -> ExportRecord {
    let image = try ImageUnderneath(exporter)
    let folder = try AtomicFolder(path: path, replacing: replacing)
    let temporary = folder.temporary
    // What goes wrong below is told of the folder's own name.
    func inPlace<Result>(_ body: () throws -> Result) throws -> Result {
      do { return try body() } catch let error as FileWriteError where error.path.hasPrefix(temporary) {
        throw FileWriteError(path: path + error.path.dropFirst(temporary.count), reason: error.reason)
      }
    }
    var record = record
    record.image = image.description
    try inPlace {
      // An image's pixel costs about as much as a heatmap's.
      let share = image.source == nil ? 1 : 0.5
      let present = try writeHeatmap(to: temporary) { try progress($0 * share) }
      if let source = image.source {
        try ImageTiles(source).write(to: temporary + "/image") { try progress(share + $0 * (1 - share)) }
      }
      let page = ViewerPage(exporter, scale, record, hasImage: image.source != nil, present: present)
      try AtomicFile.write(page.text, to: temporary + "/index.html")
      try AtomicFile.write(record.json(isPretty: true) + "\n", to: temporary + "/" + Self.record)
    }
    try folder.commit()
    return record
  }

  /// - Returns: for each level that lacks tiles, a bit for each tile, row by row: 1 where it is there.
  private func writeHeatmap(to folder: String, _ progress: (Double) throws -> Void) throws -> [Int: [UInt8]] {
    let store = exporter.store
    let count = Self.levelCount(width: store.width, height: store.height)
    let base = folder + "/heatmap_files"
    try Self.writeDescription(
      to: folder + "/heatmap.dzi", format: "png", width: store.width, height: store.height)
    var present: [Int: [UInt8]] = [:]
    let total = store.levels.reduce(0) { $0 + $1.chunkRows * $1.chunkColumns }
    var done = 0
    for (number, level) in store.levels.enumerated() {
      let name = count - 1 - number
      try Self.makeFolder("\(base)/\(name)")
      var bits: [Bool] = []
      for row in 0..<level.chunkRows {
        let scale = scale
        let written = try mapConcurrently(level.chunkColumns) { column in
          try Self.writeTile(
            of: level, row: row, column: column, scale, to: "\(base)/\(name)/\(column)_\(row).png")
        }
        bits += written
        done += level.chunkColumns
        try progress(Double(done) / Double(total))
      }
      if bits.contains(false) { present[name] = Self.packed(bits) }
    }
    try writeSmallLevels(below: count - store.levels.count, to: base)
    return present
  }

  /// - Returns: whether there is anything to show.
  private static func writeTile(
    of level: ZarrArray, row: Int, column: Int, _ scale: ColorScale, to path: String
  ) throws -> Bool {
    let relevance = try level.chunk(plane: MapPlane.relevance.rawValue, row: row, column: column)
    let coverage = try level.chunk(plane: MapPlane.coverage.rawValue, row: row, column: column)
    if relevance == nil && coverage == nil { return false }
    let (width, height) = (
      min(tile, level.width - column * tile), min(tile, level.height - row * tile)
    )
    let values = relevance ?? [Float](repeating: 0, count: tile * tile)
    var pixels = scale.rgba(values, coverage: coverage)
    if width < tile || height < tile {
      pixels = Array((0..<height).map { pixels[$0 * tile * 4..<($0 * tile + width) * 4] }.joined())
    }
    try write(PNGFile.bytes(of: pixels, width: width, height: height, bands: 4), to: path)
    return true
  }

  /// The levels smaller than the store's smallest, down to one pixel.
  private func writeSmallLevels(below levels: Int, to base: String) throws {
    guard levels > 0 else { return }
    let last = exporter.store.levels.last!
    var (relevance, coverage) = (try SmallPlane(last, .relevance), try SmallPlane(last, .coverage))
    for level in (0..<levels).reversed() {
      (relevance, coverage) = (relevance.halved(), coverage.halved())
      try Self.makeFolder("\(base)/\(level)")
      let pixels = scale.rgba(relevance.values, coverage: coverage.values)
      try Self.write(
        PNGFile.bytes(of: pixels, width: relevance.width, height: relevance.height, bands: 4),
        to: "\(base)/\(level)/0_0.png")
    }
  }

  private static func packed(_ bits: [Bool]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (index, bit) in bits.enumerated() where bit { bytes[index / 8] |= 1 << (index % 8) }
    return bytes
  }

  // MARK: For both images

  /// A tile. The folder as a whole is flushed and put in its place when all are there.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit(flushing: false)
  }

  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
      throw FileWriteError(path: path, errno: ENOSPC)
    } catch {
      throw FileWriteError(path: path, reason: error.localizedDescription)
    }
  }

  /// The file that tells other viewers of a Deep Zoom image.
  static func writeDescription(to path: String, format: String, width: Int, height: Int) throws {
    try AtomicFile.write(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="\(format)" Overlap="0" TileSize="\(tile)">
        <Size Width="\(width)" Height="\(height)"/>
      </Image>

      """, to: path)
  }
}
