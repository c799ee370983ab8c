import Foundation

/// Polygons as shares of cells, by scan lines: inside is where a line has crossed the rings of a polygon an odd number of
/// times (so holes are outside), and what any polygon covers counts once.
enum PolygonRaster {
  /// Lines a row of cells.
  private static let lines = 4

  /// - Parameters:
  ///   - width: of the image, in pixels; `height` likewise.
  ///   - scaleX: pixels of the image over those the polygons are in; `scaleY` likewise.
  static func raster(
    _ polygons: [GeoJSON.Polygon], width: Int, height: Int, scaleX: Double, scaleY: Double
  ) -> CoverageRaster {
    let cell = max(Double(max(width, height)) / Double(CoverageRaster.longestSide), 1)
    let columns = Int((Double(width) / cell).rounded(.up))
    let rows = Int((Double(height) / cell).rounded(.up))
    // Inside pieces of every scan line, in cells.
    var pieces = [[Range<Double>]](repeating: [], count: rows * lines)
    for polygon in polygons {
      for (line, crossings) in self.crossings(polygon, scaleX / cell, scaleY / cell, lineCount: rows * lines) {
        let sorted = crossings.sorted()
        for pair in stride(from: 0, to: sorted.count - 1, by: 2) where sorted[pair + 1] > sorted[pair] {
          pieces[line].append(sorted[pair]..<sorted[pair + 1])
        }
      }
    }
    var cells = [UInt8](repeating: 0, count: columns * rows)
    for row in 0..<rows {
      var covered = [Double](repeating: 0, count: columns)
      for line in row * lines..<(row + 1) * lines { add(pieces[line], to: &covered) }
      for column in 0..<columns {
        let share = covered[column] / Double(lines)
        guard share > 0 else { continue }
        // As in masks from images: 0 is nothing, 255 all.
        cells[row * columns + column] = share > 1 - 1e-9 ? 255 : UInt8(min(max((share * 255).rounded(), 1), 254))
      }
    }
    return CoverageRaster(columns: columns, rows: rows, cellWidth: cell, cellHeight: cell, cells: cells)
  }

  /// Where each scan line crosses the edges of a polygon's rings, in cells. Line l is at height (l + ½) / lines; an edge
  /// covers the lines from its upper end, included, to its lower one, excluded, so a corner is crossed once.
  private static func crossings(
    _ polygon: GeoJSON.Polygon, _ scaleX: Double, _ scaleY: Double, lineCount: Int
  ) -> [Int: [Double]] {
    var result: [Int: [Double]] = [:]
    let lines = Double(lines)
    for ring in polygon.rings {
      for (start, end) in zip(ring, ring.dropFirst()) {
        let (a, b) = start.y <= end.y ? (start, end) : (end, start)
        let top = a.y * scaleY * lines - 0.5
        let bottom = b.y * scaleY * lines - 0.5
        let from = max(top.rounded(.up), 0)
        let to = min(bottom.rounded(.up), Double(lineCount))
        guard from < to else { continue }
        for line in Int(from)..<Int(to) {
          let along = (Double(line) - top) / (bottom - top)
          result[line, default: []].append((a.x + (b.x - a.x) * along) * scaleX)
        }
      }
    }
    return result
  }

  /// Adds the lengths of the pieces' union to the cells they lie in.
  private static func add(_ pieces: [Range<Double>], to cells: inout [Double]) {
    var reached = 0.0
    for piece in pieces.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let from = max(piece.lowerBound, reached)
      let to = min(piece.upperBound, Double(cells.count))
      guard from < to else { continue }
      reached = to
      let (first, last) = (Int(from), min(Int(to), cells.count - 1))
      for cell in first...last {
        cells[cell] += min(to, Double(cell + 1)) - max(from, Double(cell))
      }
    }
  }
}
