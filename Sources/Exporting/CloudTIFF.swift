import Foundation
import Markup
import OMEZarr

/// A map as cloud-optimised GeoTIFF: float32, planes as bands, tiles, overviews, all directories before all pixels, the
/// overviews' pixels before the map's, so that a reader over a network fetches little (OGC 21-026).
///
/// Where the image that was explained is a GeoTIFF, its coordinates are kept, moved and scaled to the map's part and level.
struct CloudTIFF {
  private let exporter: MapExporter
  private let record: ExportRecord

  init(_ exporter: MapExporter, _ record: ExportRecord) {
    self.exporter = exporter
    self.record = record
  }

  func write(to path: String, _ progress: (Double) throws -> Void) throws {
    let levels = exporter.pyramid
    let planes = exporter.options.planes
    let pictures = levels.enumerated().map { number, level in
      var picture = TIFFFile.Picture(width: level.width, height: level.height, samples: .floats(bands: planes.count))
      picture.isReduced = number > 0
      if number == 0 { picture.gdalMetadata = metadata }
      return picture
    }
    let file = try TIFFFile(path: path, pictures: pictures, place: place, software: exporter.options.tool)
    let parts = levels.enumerated().map { TIFFTiles.Part(picture: $0, level: $1) }
    try TIFFTiles.write(
      parts.reversed(), to: file, progress,
      fill: { [UInt8](repeating: 0, count: 4 * planes.count * TIFFFile.tile * TIFFFile.tile) },
      make: { part, row, column in
        let bands = try planes.map { try part.level.chunk(plane: $0.rawValue, row: row, column: column) }
        guard bands.contains(where: { $0 != nil }) else { return nil }
        if bands.count == 1 { return bands[0].map(bytes(of:)) }
        var samples = [Float](repeating: 0, count: part.level.chunkCount * bands.count)
        for (band, values) in bands.enumerated() {
          guard let values else { continue }
          for (index, value) in values.enumerated() { samples[index * bands.count + band] = value }
        }
        return bytes(of: samples)
      })
    try file.commit()
  }

  /// The image's place on the earth, moved to the map's; nil where it has none.
  private var place: GeoPlace? {
    guard let path = exporter.imagePath, let place = GeoPlace(path: path) else { return nil }
    let provenance = exporter.store.provenance
    var factor = (x: 1.0, y: 1.0)
    if let level = provenance.levelSize, let whole = provenance.imageSize {
      factor = (Double(whole.width) / Double(level.width), Double(whole.height) / Double(level.height))
    }
    let corner = provenance.roi
    return place.moved(factorX: factor.x, factorY: factor.y, x: Double(corner?.x ?? 0), y: Double(corner?.y ?? 0))
  }

  /// Names of the bands, and what the map is.
  private var metadata: String {
    let bands = exporter.options.planes.enumerated().map {
      #"<Item name="DESCRIPTION" sample="\#($0)" role="description">\#($1)</Item>"#
    }
    return "<GDALMetadata>\(bands.joined())"
      + #"<Item name="RELPROP">\#(record.json(isPretty: false).escapedForMarkup)</Item></GDALMetadata>"#
  }
}
