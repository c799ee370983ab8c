import Foundation
import Pipelines
import RelevancePropagation

/// Smaller copies of a map: each level is half as wide and high as the one before (rounded up), and each of its pixels the
/// mean of 2 × 2 of both planes, with their sign.
///
/// The mean keeps relevance per area: where positive and negative relevance lie side by side they cancel, as they do in a
/// heatmap of that size. A maximum would show what no region has. At an odd border the mean is of the pixels that exist.
/// Chunks that nothing was computed for are missing on all levels.
enum Pyramid {
  /// How many levels a map has: until one chunk holds a whole plane.
  static func levelCount(width: Int, height: Int, side: Int) -> Int {
    var (size, count) = (max(width, height), 1)
    while size > side {
      size = (size + 1) / 2
      count += 1
    }
    return count
  }

  /// Writes level `to`, a new array beside `from`. Holds five chunks a core.
  /// - Parameter advance: called after each row of chunks; what it throws ends the work.
  /// - Throws: `ZarrError`, `FileWriteError`.
  static func halve(_ from: ZarrArray, to path: String, advance: () throws -> Void) throws -> ZarrArray {
    let result = try ZarrArray.create(
      at: path, planes: from.planes, height: (from.height + 1) / 2, width: (from.width + 1) / 2,
      chunkHeight: from.chunkHeight, chunkWidth: from.chunkWidth)
    for row in 0..<result.chunkRows {
      try concurrently(result.chunkColumns * result.planes) { index in
        let (plane, column) = (index % result.planes, index / result.planes)
        if let values = try mean(from, plane: plane, row: row, column: column) {
          try result.write(values, plane: plane, row: row, column: column)
        }
      }
      try advance()
    }
    return result
  }

  /// One chunk of the next level, or nil where all four below it are missing.
  private static func mean(_ from: ZarrArray, plane: Int, row: Int, column: Int) throws -> [Float]? {
    let (width, height) = (from.chunkWidth, from.chunkHeight)
    var result: [Float]?
    for part in 0..<4 {
      let (sourceRow, sourceColumn) = (2 * row + part / 2, 2 * column + part % 2)
      guard sourceRow < from.chunkRows, sourceColumn < from.chunkColumns,
        let source = try from.chunk(plane: plane, row: sourceRow, column: sourceColumn)
      else { continue }
      var values = result ?? [Float](repeating: 0, count: from.chunkCount)
      result = nil  // so that `values` is the only reference
      // What of the chunk lies inside the map.
      let lines = min(height, from.height - sourceRow * height)
      let pixels = min(width, from.width - sourceColumn * width)
      let origin = (part / 2 * (height / 2)) * width + part % 2 * (width / 2)
      for y in 0..<(lines + 1) / 2 {
        let upper = 2 * y * width
        let lower = 2 * y + 1 < lines ? upper + width : nil
        for x in 0..<(pixels + 1) / 2 {
          let (left, right) = (2 * x, 2 * x + 1 < pixels ? 2 * x + 1 : nil)
          var sum = Double(source[upper + left])
          var count = 1.0
          if let right { (sum, count) = (sum + Double(source[upper + right]), 2) }
          if let lower {
            sum += Double(source[lower + left])
            if let right { sum += Double(source[lower + right]) }
            count *= 2
          }
          values[origin + y * width + x] = Float(sum / count)
        }
      }
      result = values
    }
    return result
  }
}
