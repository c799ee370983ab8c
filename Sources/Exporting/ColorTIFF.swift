import OMEZarr

/// A map as colours, 8-bit RGB, the levels a chain of pictures, each marked as a smaller copy of the first: the form of a
/// pyramid that OpenSlide and ASAP read. Floats and SubIFDs they do not.
struct ColorTIFF {
  private let exporter: MapExporter
  private let scale: ColorScale
  private let record: ExportRecord

  init(_ exporter: MapExporter, _ scale: ColorScale, _ record: ExportRecord) {
    self.exporter = exporter
    self.scale = scale
    self.record = record
  }

  func write(to path: String, _ progress: (Double) throws -> Void) throws {
    let levels = exporter.pyramid
    let pictures = levels.enumerated().map { number, level in
      var picture = TIFFFile.Picture(width: level.width, height: level.height, samples: .colors)
      picture.isReduced = number > 0
      // A pixel of a smaller copy is larger.
      picture.micronsPerPixel = exporter.store.provenance.micronsPerPixel.map {
        $0 * Double(exporter.store.width) / Double(level.width)
      }
      picture.description = number == 0 ? record.json(isPretty: false) : nil
      return picture
    }
    let file = try TIFFFile(path: path, pictures: pictures, software: exporter.options.tool)
    let parts = levels.enumerated().map { TIFFTiles.Part(picture: $0, level: $1, plane: .relevance) }
    let scale = scale
    try TIFFTiles.write(
      parts.reversed(), to: file, progress,
      fill: { scale.rgb([Float](repeating: 0, count: TIFFFile.tile * TIFFFile.tile)) },
      make: { part, row, column in
        try part.level.chunk(plane: part.plane!.rawValue, row: row, column: column).map(scale.rgb)
      })
    try file.commit()
  }
}
