import Exporting
import Foundation
import Imaging
import MapSupport
import OMEZarr

/// A finished store with an empty quarter, and room for what it is exported to.
struct MapFixture {
  let folder: TestFolder
  let store: Store

  /// - Parameter height: of more than 1536 rows the chunks of the last two rows are missing.
  init(width: Int = 1300, height: Int = 1100, provenance: [String: JSONValue] = [:]) throws {
    folder = try TestFolder()
    let map = GeneratedMap(width: width, height: 600)
    let store = try Store.create(
      at: folder.file("m.zarr"), width: width, height: height, provenance: Provenance(provenance))
    let rows = min(Store.chunkSide, height)
    try store.write(
      relevance: map.values(.relevance, x: 0, y: 0, width: width, height: rows),
      coverage: map.values(.coverage, x: 0, y: 0, width: width, height: rows), x: 0, y: 0, width: width, height: rows)
    self.store = try store.finish()
  }

  func exporter(_ options: ExportOptions = ExportOptions()) throws -> MapExporter {
    try MapExporter(Store(path: store.path), options)
  }

  func file(_ name: String) -> String { folder.file(name) }

  func values(_ plane: MapPlane, level: Int) throws -> [Float] {
    let array = store.levels[level]
    return try array.region(plane: plane.rawValue, x: 0, y: 0, width: array.width, height: array.height)
  }
}
