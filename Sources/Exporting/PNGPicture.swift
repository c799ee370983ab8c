import Imaging
import OMEZarr
import RelevancePropagation

/// A map as one picture: the largest level that is not larger than asked for.
struct PNGPicture {
  private let exporter: MapExporter
  private let scale: ColorScale

  init(_ exporter: MapExporter, _ scale: ColorScale) {
    self.exporter = exporter
    self.scale = scale
  }

  /// - Returns: width and height of the picture.
  func write(to path: String, _ progress: (Double) throws -> Void) throws -> [Int] {
    let limit = exporter.options.maxSize
    if let level = exporter.store.levels.first(where: { max($0.width, $0.height) <= limit }) {
      var picture = Picture(width: level.width, height: level.height, fill: scale.neutral)
      for row in 0..<level.chunkRows {
        for column in 0..<level.chunkColumns {
          guard let chunk = try level.chunk(plane: MapPlane.relevance.rawValue, row: row, column: column) else {
            continue
          }
          picture.place(
            scale.rgb(chunk), width: level.chunkWidth, height: level.chunkHeight, x: column * level.chunkWidth,
            y: row * level.chunkHeight)
        }
        try progress(Double(row + 1) / Double(level.chunkRows))
      }
      try picture.write(to: path)
      return [level.width, level.height]
    }
    // Smaller than the smallest level, which one chunk holds.
    var plane = try SmallPlane(exporter.store.levels.last!, .relevance)
    while max(plane.width, plane.height) > limit { plane = plane.halved() }
    try Picture(width: plane.width, height: plane.height, pixels: scale.rgb(plane.values)).write(to: path)
    return [plane.width, plane.height]
  }
}
