import Foundation
import Imaging
import OMEZarr

/// The image under a heatmap: the one a store names, at the resolution and in the part that was explained, where it still is.
struct ImageUnderneath {
  /// Nil where there is none to show.
  let source: BandSource?
  /// Its path, or why there is none.
  let description: String

  /// - Throws: `ImageError`, `ExportError` where an image that the user names does not fit the map. One that only the store
  ///   names may be gone.
  init(_ exporter: MapExporter) throws {
    guard let path = exporter.imagePath else {
      source = nil
      description = exporter.missingImage
      return
    }
    do {
      source = try Self.open(path, of: exporter.store)
      description = path
    } catch  where exporter.options.image == .named {
      source = nil
      description = "none: \(error)"
    }
  }

  private static func open(_ path: String, of store: Store) throws -> BandSource {
    let reader = try reader(path, store.provenance)
    let (x, y) = store.provenance.roi.map { ($0.x, $0.y) } ?? (0, 0)
    guard x >= 0, y >= 0, x + store.width <= reader.width, y + store.height <= reader.height else {
      throw ExportError(
        "\(path): \(reader.width) × \(reader.height) pixels do not hold the map's "
          + "\(store.width) × \(store.height) at \(x), \(y); name the image that was explained with --image")
    }
    return BandSource(width: store.width, height: store.height) { top, count in
      try reader.read(x: x, y: y + top, width: store.width, height: count).bytes
    }
  }

  /// At the level, or at the resolution between two levels, that was explained.
  private static func reader(_ path: String, _ provenance: Provenance) throws -> RegionReader {
    let levels = try RegionReader(path: path)
    let byLevel = provenance.level == 0 ? levels : try RegionReader(path: path, level: provenance.level)
    guard let size = provenance.levelSize, size != (byLevel.width, byLevel.height) else { return byLevel }
    if let microns = provenance.micronsPerPixel, levels.pixelSize != nil {
      let byResolution = try RegionReader(path: path, micronsPerPixel: microns)
      if size == (byResolution.width, byResolution.height) { return byResolution }
    }
    throw ExportError(
      "\(path): expected \(size.width) × \(size.height) pixels at level \(provenance.level), as when it was explained, "
        + "found \(byLevel.width) × \(byLevel.height); name the image that was explained with --image")
  }
}

extension MapExporter {
  /// The image to look at, if there is one.
  var imagePath: String? {
    switch options.image {
    case .none: nil
    case .path(let path): path
    case .named: store.provenance.image.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    }
  }

  /// Why there is none.
  var missingImage: String {
    options.image == .none
      ? "none: not wanted"
      : store.provenance.image.map { "none: \($0) is not there" } ?? "none: the store names no image"
  }
}
