internal import Compute
internal import KernelSources
import RelevancePropagation

/// The rows of the map in work, on the device: relevance of windows is added, finished rows come down.
///
/// It holds a ring of rows, as many as a strip and what hangs over it. A pixel's sum is taken window by window in the order
/// they are added, so that the sums do not depend on batches or on what is taken when.
final class MapAccumulator {
  /// Planes of relevance: 1, or the input's channels. Coverage is one more.
  let planes: Int
  private let engine: Engine
  private let isMean: Bool
  private let sum: Buffer<Float>
  private let coverage: Buffer<Int32>
  private let result: Buffer<Float>
  private var places: Buffer<SIMD2<Int32>>
  private let ringPixels: Int
  /// Of the rectangle in work, in pixels of the map.
  private var rectangle = PixelRectangle(x: 0, y: 0, width: 0, height: 0)
  private var ringRows = 0
  /// First row of the map that was not taken.
  private(set) var firstRow = 0

  /// - Parameters:
  ///   - width: columns of the widest rectangle.
  ///   - rows: rows of a strip.
  ///   - ringRows: rows that are in work at once: those of a strip and what the longest window hangs over.
  init(planes: Int, combine: WindowCombination, width: Int, rows: Int, ringRows: Int, on engine: Engine) throws {
    self.planes = planes
    self.engine = engine
    isMean = combine == .mean
    ringPixels = width * ringRows
    sum = try Buffer(count: ringPixels * planes, on: engine.queue, for: "relevance of a strip")
    coverage = try Buffer(count: ringPixels, on: engine.queue, for: "coverage of a strip")
    result = try Buffer(count: width * rows * (planes + 1), on: engine.queue, for: "finished rows of the map")
    places = try Buffer(count: 64, on: engine.queue, for: "places of windows")
  }

  /// Empties the ring for a rectangle, of which row `firstRow` is the first to be taken.
  func begin(_ rectangle: PixelRectangle, at firstRow: Int) throws {
    precondition(rectangle.width > 0 && rectangle.width <= ringPixels, "rectangle \(rectangle)")
    self.rectangle = rectangle
    self.firstRow = firstRow
    ringRows = ringPixels / rectangle.width
    try engine.launch(
      "clear_map", of: .windows, grid: Grid(ringPixels), Int32(planes), Int32(ringPixels), sum, coverage)
  }

  /// Relevance of windows on the device.
  struct Source {
    /// `[slots, H, W, C]`.
    let batch: Buffer<Float>
    let kept: Buffer<Float>
    /// Slots from here on lie in `kept`.
    let keptFrom: Int
    /// `[C, H, W]`.
    let window: Shape
  }

  /// Adds windows that begin in row `y` of the map, in columns that do not fall; what lies outside the rows in work and the
  /// rectangle is left out.
  func add(_ windows: [(x: Int, slot: Int)], at y: Int, from source: Source) throws {
    let (height, width) = (source.window[1], source.window[2])
    let top = max(y, firstRow)
    let bottom = min(y + height, rectangle.rows.upperBound)
    guard let first = windows.first, let last = windows.last, top < bottom else { return }
    precondition(bottom - firstRow <= ringRows, "\(bottom - firstRow) rows in work, \(ringRows) in the ring")
    let left = max(first.x - rectangle.x, 0)
    let right = min(last.x + width - rectangle.x, rectangle.width)
    guard left < right else { return }
    if places.count < windows.count {
      places = try Buffer(count: windows.count, on: engine.queue, for: "places of windows")
    }
    let relative = windows.map { SIMD2(Int32($0.x - rectangle.x), Int32($0.slot)) }
    try relative.withUnsafeBufferPointer { pointer throws in try engine.queue.write(pointer, to: places) }
    let geometry = PlaceGeometry(
      C: Int32(source.window[0]), H: Int32(height), W: Int32(width), planes: Int32(planes), count: Int32(windows.count),
      y: Int32(y), top: Int32(top), left: Int32(left), columns: Int32(rectangle.width), ringRows: Int32(ringRows),
      keptFrom: Int32(source.keptFrom))
    try engine.launch(
      "add_windows", of: .windows, grid: Grid(right - left, bottom - top), geometry, Int32(right - left), places,
      source.batch, source.kept, sum, coverage)
  }

  /// The rows up to `end`, `[planes + 1, rows, columns]`: relevance, summed or divided by the coverage, and the coverage.
  func take(upTo end: Int) throws -> [Float] {
    let rows = end - firstRow
    precondition(rows * rectangle.width * (planes + 1) <= result.count, "\(rows) rows at once")
    try engine.launch(
      "take_rows", of: .windows, grid: Grid(rectangle.width, rows), Int32(planes), Int32(rectangle.width), Int32(rows),
      Int32(ringRows), Int32(firstRow), Int32(isMean ? 1 : 0), sum, coverage, result)
    firstRow = end
    return try engine.queue.read(result, count: rows * rectangle.width * (planes + 1))
  }
}
