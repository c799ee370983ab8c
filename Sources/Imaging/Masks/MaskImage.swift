/// A mask in an image file.
struct MaskImage {
  private let reader: RegionReader
  var width: Int { reader.width }
  var height: Int { reader.height }

  /// - Throws: `ImageError`: no image, or of another shape than the image of `fullWidth` × `fullHeight` pixels.
  init(path: String, fullWidth: Int, fullHeight: Int) throws {
    reader = try RegionReader(path: path, scale: .level(0), ground: 0)
    guard Self.fits(reader.width, fullWidth, reader.height, fullHeight) else {
      // The longer side at a tenth, or less of a small image.
      let width = max(fullWidth / 10, 1)
      throw ImageError(
        path: path,
        found: "expected a mask of \(fullWidth) × \(fullHeight) pixels, or smaller in the same shape "
          + "(such as \(width) × \(max(fullHeight * width / fullWidth, 1))), found \(reader.width) × \(reader.height)",
        remedy: "draw it on the whole image, or on the whole image made smaller")
    }
  }

  /// Whether both sides are the image's, made smaller by one factor and rounded up or down.
  private static func fits(_ width: Int, _ fullWidth: Int, _ height: Int, _ fullHeight: Int) -> Bool {
    guard width <= fullWidth, height <= fullHeight else { return false }
    // Sides that fit a factor s: side − 1 < s · full < side + 1, as fractions without rounding.
    return (width - 1) * fullHeight < (height + 1) * fullWidth && (height - 1) * fullWidth < (width + 1) * fullHeight
  }

  /// Pixels that are not black, over an image of `width` × `height` pixels.
  /// - Throws: `ImageError`, where any of it is damaged too.
  func raster(width: Int, height: Int) throws -> CoverageRaster {
    // Pixels of the mask along a cell's side.
    let factor = (max(self.width, self.height) - 1) / CoverageRaster.longestSide + 1
    let columns = (self.width + factor - 1) / factor
    let rows = (self.height + factor - 1) / factor
    var cells = [UInt8](repeating: 0, count: columns * rows)
    // Cells' rows that make strips of some MiB.
    let step = max(1, ReadingMemory.block / (self.width * 3 * factor))
    for row in stride(from: 0, to: rows, by: step) {
      let top = row * factor
      let strip = try reader.read(
        x: 0, y: top, width: self.width, height: min(step * factor, self.height - top))
      guard strip.unreadable.isEmpty else {
        throw ImageError(
          path: reader.path, found: "it cannot be decoded from row \(top + strip.unreadable[0].y) on",
          remedy: "it may be truncated or damaged")
      }
      count(strip, factor, columns, &cells, first: row * columns)
    }
    return CoverageRaster(
      columns: columns, rows: rows, cellWidth: Double(width) * Double(factor) / Double(self.width),
      cellHeight: Double(height) * Double(factor) / Double(self.height), cells: cells)
  }

  /// Shares of the cells that a strip of whole cells covers.
  private func count(_ strip: Region, _ factor: Int, _ columns: Int, _ cells: inout [UInt8], first: Int) {
    let isWanted: [Bool] =
      switch strip.samples {
      case .bytes(let bytes):
        stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] | bytes[$0 + 1] | bytes[$0 + 2] != 0 }
      case .floats(let floats): stride(from: 0, to: floats.count, by: 3).map { floats[$0..<$0 + 3].contains { $0 > 0 } }
      }
    for row in 0..<(strip.height + factor - 1) / factor {
      let lines = row * factor..<min((row + 1) * factor, strip.height)
      for column in 0..<columns {
        let pixels = column * factor..<min((column + 1) * factor, strip.width)
        var wanted = 0
        for y in lines { for x in pixels where isWanted[y * strip.width + x] { wanted += 1 } }
        // Rounded up: a cell with anything wanted is not 0; and down below 255 unless all is.
        let count = lines.count * pixels.count
        cells[first + row * columns + column] = UInt8(
          wanted == count ? 255 : min((wanted * 255 + count - 1) / count, 254))
      }
    }
  }
}
