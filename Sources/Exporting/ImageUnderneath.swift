import Foundation
import Imaging
import OMEZarr

/// The image under a heatmap: the one a store names, at the level and in the part that was explained, where it still is.
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
    let picture = Picture(try Photograph(path: path))
    let roi = store.provenance.roi ?? (0, 0, store.width, store.height)
    if let size = store.provenance.levelSize, size != (picture.width, picture.height) {
      throw ExportError(
        "\(path): expected \(size.width) × \(size.height) pixels, as when it was explained, found \(picture.width) × \(picture.height)"
      )
    }
    guard roi.x >= 0, roi.y >= 0, roi.x + store.width <= picture.width, roi.y + store.height <= picture.height else {
      throw ExportError(
        "\(path): \(picture.width) × \(picture.height) pixels do not hold the map's \(store.width) × \(store.height) at \(roi.x), \(roi.y)"
      )
    }
    return BandSource(width: store.width, height: store.height) { top, count in
      let rows = (0..<count).map { line in
        let first = ((roi.y + top + line) * picture.width + roi.x) * 3
        return picture.pixels[first..<first + store.width * 3]
      }
      return Array(rows.joined())
    }
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
