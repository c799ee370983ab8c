internal import Compute
import RelevancePropagation

/// Σ R of windows, on the map and on the padding beyond it: rows on the device, their sum in double.
final class WindowSums {
  private let engine: Engine
  private var rows: Buffer<SIMD2<Float>>
  private var insides: Buffer<SIMD2<Int32>>

  init(on engine: Engine) throws {
    self.engine = engine
    rows = try Buffer(count: 1, on: engine.queue, for: "sums of windows")
    insides = try Buffer(count: 1, on: engine.queue, for: "sums of windows")
  }

  /// - Parameters:
  ///   - relevance: `[N, H, W, C]` on the device.
  ///   - inside: how many rows and columns of each window lie on the map.
  func sums(of relevance: Buffer<Float>, window: Shape, inside: [Extent]) throws -> [(map: Double, padding: Double)] {
    let (count, height) = (inside.count, window[1])
    if rows.count < count * height {
      rows = try Buffer(count: count * height, on: engine.queue, for: "sums of windows")
    }
    if insides.count < count { insides = try Buffer(count: count, on: engine.queue, for: "sums of windows") }
    let extents = inside.map { SIMD2(Int32($0.horizontal), Int32($0.vertical)) }
    try extents.withUnsafeBufferPointer { pointer throws in try engine.queue.write(pointer, to: insides) }
    try engine.launch(
      "window_rows", of: .windows, grid: Grid(height, count), Int32(window[0]), Int32(height), Int32(window[2]),
      relevance, insides, rows)
    let found = try engine.queue.read(rows, count: count * height)
    return (0..<count).map { window in
      found[window * height..<(window + 1) * height].reduce(into: (map: 0, padding: 0)) {
        $0.map += Double($1.x)
        $0.padding += Double($1.y)
      }
    }
  }
}
