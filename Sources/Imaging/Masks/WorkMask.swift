import Foundation
import RelevancePropagation

/// Where in an image work is wanted: from a raster, from polygons, or found by itself (`WorkMask.tissue`).
///
/// Kept as shares of the cells of a grid of at most 4096 cells along the longer side. Small rasters are exact: a cell
/// is one of their pixels. Of larger rasters several pixels share a cell; polygons are sampled in four lines a cell
/// along which their edges are exact, so a cell's share is off by what an edge does between two lines.
public struct WorkMask: Sendable, CustomStringConvertible {
  /// Of the image it is for, in pixels of the level that is read.
  public let width: Int
  public let height: Int
  /// What it was made from, for people and for records: "mask.png, 1250 × 1250 pixels".
  public let description: String
  let raster: CoverageRaster

  init(width: Int, height: Int, description: String, raster: CoverageRaster) {
    self.width = width
    self.height = height
    self.description = description
    self.raster = raster
  }

  /// Reads a mask file for the image that `reader` reads: GeoJSON (.geojson, .json, or text that begins with a brace)
  /// or an image.
  ///
  /// **Image** Any format and any size up to the image's level 0, of the same shape within a pixel's rounding: pixels
  /// that are not black are wanted; transparent ones are not.
  ///
  /// **GeoJSON** (RFC 7946, in pixels of level 0 as QuPath exports, y downwards): `Polygon` and `MultiPolygon` with
  /// holes, in `Feature`, `FeatureCollection`, `GeometryCollection` or bare. Wanted is what any polygon covers;
  /// `Feature`s without geometry are passed over.
  /// - Throws: `ImageError`: no mask, another shape (with what was expected and found), other geometry (named, with its
  ///   place), bad JSON (with line and column), or nothing wanted in it.
  public init(path: String, for reader: RegionReader) throws {
    let full = reader.levels[0]
    try self.init(
      path: path, width: reader.width, height: reader.height, fullWidth: full.width, fullHeight: full.height)
  }

  /// - Parameters:
  ///   - width: of the image that is read, in pixels; `height` likewise.
  ///   - fullWidth: of its level 0; `fullHeight` likewise.
  init(path: String, width: Int, height: Int, fullWidth: Int, fullHeight: Int) throws {
    try ImageFile.checkIsFile(path)
    let name = URL(fileURLWithPath: path).lastPathComponent
    if GeoJSON.looksLikeJSON(path) {
      let polygons = try GeoJSON(path: path).polygons
      let raster = PolygonRaster.raster(
        polygons, width: width, height: height,
        scaleX: Double(width) / Double(fullWidth), scaleY: Double(height) / Double(fullHeight))
      self.init(
        width: width, height: height,
        description: "\(name), \(polygons.count) polygon\(polygons.count == 1 ? "" : "s")", raster: raster)
    } else {
      let mask = try MaskImage(path: path, fullWidth: fullWidth, fullHeight: fullHeight)
      self.init(
        width: width, height: height, description: "\(name), \(mask.width) × \(mask.height) pixels",
        raster: try mask.raster(width: width, height: height))
    }
    guard areaShare > 0 else {
      throw ImageError(
        path: path, found: "nothing is wanted in it",
        remedy: "wanted are pixels that are not black, or polygons in pixels of level 0 (\(fullWidth) × \(fullHeight))")
    }
  }

  /// Wanted share of a rectangle in pixels of the level, 0 … 1; what lies outside the image is not wanted.
  ///
  /// Exactly 0 where no wanted cell is touched, exactly 1 where all cells are wanted.
  /// - Precondition: the rectangle is not empty.
  public func share(x: Int, y: Int, width: Int, height: Int) -> Double {
    precondition(width > 0 && height > 0, "a share of no pixels")
    let columns = Double(max(x, 0))..<Double(max(min(x + width, self.width), max(x, 0)))
    let rows = Double(max(y, 0))..<Double(max(min(y + height, self.height), max(y, 0)))
    let share = raster.coveredArea(x: columns, y: rows) / (Double(width) * Double(height))
    // Sums of shares of cells leave rounding errors of 10⁻¹⁶.
    return min((share * 1e9).rounded() / 1e9, 1)
  }

  /// Wanted share of the whole image.
  public var areaShare: Double { share(x: 0, y: 0, width: width, height: height) }

  /// The smallest rectangle that holds everything wanted, in pixels of the level; nil where nothing is.
  public var bounds: PixelRectangle? {
    let cells = raster.cells
    let rows = (0..<raster.rows).filter { row in
      cells[row * raster.columns..<(row + 1) * raster.columns].contains { $0 > 0 }
    }
    guard let top = rows.first, let bottom = rows.last else { return nil }
    let columns = (0..<raster.columns).filter { column in
      (top...bottom).contains { cells[$0 * raster.columns + column] > 0 }
    }
    func range(_ first: Int, _ last: Int, _ cell: Double, _ limit: Int) -> Range<Int> {
      Int((Double(first) * cell).rounded(.down))..<min(Int((Double(last + 1) * cell).rounded(.up)), limit)
    }
    return PixelRectangle(
      rows: range(top, bottom, raster.cellHeight, height),
      columns: range(columns.first!, columns.last!, raster.cellWidth, width))
  }

  /// Writes it as a grey PNG file, a pixel a cell: white is wanted. It can be read as a mask again.
  /// - Throws: `FileWriteError`, `ImageError`.
  public func write(to path: String) throws {
    try PNGFile.write(raster.cells, width: raster.columns, height: raster.rows, bands: 1, to: path)
  }
}
