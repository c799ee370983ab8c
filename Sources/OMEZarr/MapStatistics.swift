import Foundation
import Pipelines

/// What one colour scale for a whole map needs to know, from all pixels of the largest level.
///
/// Sums are taken within each chunk row by row and then over chunks row by row, in Double: the same bits on every run,
/// whatever the number of threads.
public struct MapStatistics: Sendable, Hashable, Codable {
  /// Width × height.
  public var pixels: Int
  /// Pixels that at least one window covers.
  public var covered: Int
  /// Σ R.
  public var sum: Double
  /// max |R|.
  public var maximum: Double
  /// mean |R|³ over the covered pixels. The background that was left out of a scan must not make colours stronger.
  public var meanCube: Double
  /// Most windows at one pixel.
  public var mostWindows: Double

  /// b = 10 · ∛mean(|R|³), as the authors of the method draw their heatmaps (heatmapping.org).
  public var seedBound: Double { 10 * cbrt(meanCube) }

  /// - Parameter array: `[2, H, W]`: relevance, coverage.
  /// - Throws: `ZarrError` where a chunk is damaged, or a value NaN or infinite.
  public init(_ array: ZarrArray) throws {
    let columns = array.chunkColumns
    let all = try mapConcurrently(array.chunkRows * columns) { index in
      try Part(array, row: index / columns, column: index % columns)
    }
    pixels = array.width * array.height
    covered = all.reduce(0) { $0 + $1.covered }
    sum = all.reduce(0) { $0 + $1.sum }
    maximum = all.reduce(0) { max($0, $1.maximum) }
    meanCube = covered == 0 ? 0 : all.reduce(0) { $0 + $1.cubes } / Double(covered)
    mostWindows = all.reduce(0) { max($0, $1.mostWindows) }
  }
}

/// What one chunk contributes.
private struct Part: Sendable {
  var covered = 0
  var sum = 0.0
  var cubes = 0.0
  var maximum = 0.0
  var mostWindows = 0.0

  init() {}

  init(_ array: ZarrArray, row: Int, column: Int) throws {
    let relevance = try array.chunk(plane: MapPlane.relevance.rawValue, row: row, column: column)
    let coverage = try array.chunk(plane: MapPlane.coverage.rawValue, row: row, column: column)
    if relevance == nil && coverage == nil { return }
    // Beyond the border chunks hold zeros, which change nothing.
    for index in 0..<array.chunkCount {
      let value = Double(relevance?[index] ?? 0)
      let windows = Double(coverage?[index] ?? 0)
      guard value.isFinite, windows.isFinite else {
        let (y, x) = (
          row * array.chunkHeight + index / array.chunkWidth, column * array.chunkWidth + index % array.chunkWidth
        )
        throw ZarrError(
          path: array.path, "relevance \(value), coverage \(windows) at x \(x), y \(y): no numbers a map may hold")
      }
      let magnitude = abs(value)
      if windows > 0 || magnitude > 0 { covered += 1 }
      sum += value
      cubes += magnitude * magnitude * magnitude
      maximum = max(maximum, magnitude)
      mostWindows = max(mostWindows, windows)
    }
  }
}
