import Foundation
import Imaging
import OMEZarr
import RelevancePropagation

/// Writes a finished map in the formats of other programs, in memory that does not depend on its size.
///
/// ```swift
/// let exporter = try MapExporter(Store(path: "slide.zarr"), ExportOptions(colors: .seismic))
/// try exporter.export(.tiff, to: "slide.tif") { share in print(share) }
/// ```
/// What is written appears complete or not at all, and beside it a JSON file that says what it shows (`ExportRecord`).
public struct MapExporter: Sendable {
  public let store: Store
  public let options: ExportOptions
  let statistics: MapStatistics

  /// - Throws: `ExportError` where the store is not finished.
  public init(_ store: Store, _ options: ExportOptions) throws {
    guard let statistics = store.statistics else {
      throw ExportError(
        "\(store.path): the map is not finished, it has no pyramid and no statistics; run relprop finish \(store.path)")
    }
    self.store = store
    self.options = options
    self.statistics = statistics
  }

  /// The levels that a pyramid gets: all, or every second, third …
  var pyramid: [ZarrArray] {
    let step = options.levelFactor.trailingZeroBitCount
    return stride(from: 0, to: store.levels.count, by: step).map { store.levels[$0] }
  }

  /// Whether there are pixels that no window covers.
  var hasUncovered: Bool { statistics.covered < statistics.pixels }

  /// Where the JSON beside an exported file is.
  public static func recordPath(of path: String, _ kind: ExportKind) -> String {
    kind == .dzi ? path + "/" + DeepZoomFolder.record : path + ".json"
  }

  /// Writes the map.
  /// - Parameters:
  ///   - replacing: whether what an earlier export left at `path` may be replaced.
  ///   - progress: called on this thread with the share that is done, 0 … 1; what it throws ends the work, and nothing is
  ///     left of it.
  /// - Throws: `ZarrError` for damaged chunks, `FileWriteError` (a full disk), `ImageError`, `ExportError`.
  @discardableResult
  public func export(
    _ kind: ExportKind, to path: String, replacing: Bool = false, progress: (Double) throws -> Void = { _ in }
  ) throws -> ExportRecord {
    let recordPath = Self.recordPath(of: path, kind)
    let isThere = FileManager.default.fileExists(atPath: path)
    if !replacing {
      try AtomicFolder.checkIsFree(path)
      if kind != .dzi { try AtomicFolder.checkIsFree(recordPath) }
    } else if kind == .dzi, isThere, !FileManager.default.fileExists(atPath: recordPath) {
      throw FileWriteError(path: path, reason: "it exists and is no earlier export; choose another name")
    }
    let scale =
      kind.isColored ? try ColorScale(options.colors, options.normalization, of: store, statistics) : nil
    var record = record(kind, scale)
    switch kind {
    case .omeTIFF: try OMETIFF(self, record).write(to: path, progress)
    case .tiff: try ColorTIFF(self, scale!, record).write(to: path, progress)
    case .cog: try CloudTIFF(self, record).write(to: path, progress)
    case .png: record.levels = [try PNGPicture(self, scale!).write(to: path, progress)]
    case .npy: try NumPyMap(self).write(to: path, progress)
    case .dzi: return try DeepZoomFolder(self, scale!, record).write(to: path, replacing: replacing, progress)
    }
    try AtomicFile.write(record.json(isPretty: true) + "\n", to: recordPath)
    return record
  }

  private func record(_ kind: ExportKind, _ scale: ColorScale?) -> ExportRecord {
    let levels = [.omeTIFF, .tiff, .cog].contains(kind) ? pyramid : kind == .dzi ? store.levels : [store.base]
    return ExportRecord(
      tool: options.tool, store: URL(fileURLWithPath: store.path).path, kind: kind.rawValue,
      levels: levels.map { [$0.width, $0.height] },
      planes: kind.isColored ? [MapPlane.relevance.description] : options.planes.map(\.description),
      colors: scale.map(ExportRecord.Colors.init), image: nil, statistics: statistics, provenance: store.provenance)
  }
}
