/// How much of each cell of a grid over an image is covered, with sums of rectangles in constant time.
///
/// Cell (i, j) covers columns i · cellWidth ..< (i + 1) · cellWidth of the image and rows likewise; the last ones may
/// reach beyond it. Sums come from a summed-area table (Crow 1984): S(x, y) is the sum of all cells left of x and above
/// y, and any rectangle is S(x₁, y₁) − S(x₀, y₁) − S(x₁, y₀) + S(x₀, y₀).
struct CoverageRaster: Sendable {
  let columns: Int
  let rows: Int
  /// In pixels of the image.
  let cellWidth: Double
  let cellHeight: Double
  /// 0 … 255 of each cell, row by row.
  let cells: [UInt8]
  /// (columns + 1) · (rows + 1) sums. 4096 · 4096 · 255 fits 32 bits.
  private let sums: [UInt32]

  /// Most cells along either axis.
  static let longestSide = 4096

  /// - Precondition: `cells` are columns · rows, neither above `longestSide`.
  init(columns: Int, rows: Int, cellWidth: Double, cellHeight: Double, cells: [UInt8]) {
    precondition(cells.count == columns * rows && columns > 0 && rows > 0, "\(columns) × \(rows) cells")
    precondition(max(columns, rows) <= Self.longestSide, "\(columns) × \(rows) cells are too many")
    self.columns = columns
    self.rows = rows
    self.cellWidth = cellWidth
    self.cellHeight = cellHeight
    self.cells = cells
    var sums = [UInt32](repeating: 0, count: (columns + 1) * (rows + 1))
    for row in 0..<rows {
      var line: UInt32 = 0
      for column in 0..<columns {
        line += UInt32(cells[row * columns + column])
        sums[(row + 1) * (columns + 1) + column + 1] = sums[row * (columns + 1) + column + 1] + line
      }
    }
    self.sums = sums
  }

  /// Covered area in pixels of the image, of the rectangle `x` × `y` in pixels of the image: exactly 0 where no cell
  /// that it meets is covered at all.
  func coveredArea(x: Range<Double>, y: Range<Double>) -> Double {
    let across = Self.parts(x.lowerBound / cellWidth, x.upperBound / cellWidth, columns)
    let down = Self.parts(y.lowerBound / cellHeight, y.upperBound / cellHeight, rows)
    var sum = 0.0
    for vertical in down {
      for horizontal in across {
        sum += Double(total(horizontal.cells, vertical.cells)) * horizontal.share * vertical.share
      }
    }
    return sum / 255 * cellWidth * cellHeight
  }

  private func total(_ columns: Range<Int>, _ rows: Range<Int>) -> UInt32 {
    let width = self.columns + 1
    let (top, bottom) = (rows.lowerBound * width, rows.upperBound * width)
    return sums[bottom + columns.upperBound] &- sums[bottom + columns.lowerBound] &- sums[top + columns.upperBound]
      &+ sums[top + columns.lowerBound]
  }

  /// The cells between two places, in cells: a part of the first, whole ones, a part of the last.
  private static func parts(_ from: Double, _ to: Double, _ count: Int) -> [(cells: Range<Int>, share: Double)] {
    let from = min(max(from, 0), Double(count))
    let to = min(max(to, 0), Double(count))
    guard to > from else { return [] }
    let (first, last) = (Int(from), min(Int(to), count - 1))
    if first >= last { return [(min(first, count - 1)..<min(first, count - 1) + 1, to - from)] }
    return [
      (first..<first + 1, Double(first + 1) - from), (first + 1..<last, 1), (last..<last + 1, to - Double(last)),
    ].filter { !$0.0.isEmpty && $0.1 > 0 }
  }
}
