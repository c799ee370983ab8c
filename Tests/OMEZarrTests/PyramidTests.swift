import Foundation
import MapSupport
import OMEZarr
import RelevancePropagation
import Testing

/// Smaller levels, statistics and percentiles, against the slow way.
@Suite struct PyramidTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// The mean of the 2 × 2 pixels below each, of those that exist.
  private func halved(_ values: [Float], width: Int, height: Int) -> [Float] {
    (0..<(height + 1) / 2).flatMap { y in
      (0..<(width + 1) / 2).map { x in
        var below: [Double] = []
        for line in 2 * y..<min(2 * y + 2, height) {
          for column in 2 * x..<min(2 * x + 2, width) { below.append(Double(values[line * width + column])) }
        }
        return Float(below.reduce(0, +) / Double(below.count))
      }
    }
  }

  @Test(
    "Every level is the mean of the one before, in both planes",
    arguments: [(1025, 513), (1024, 512), (1500, 2), (1, 1030)])
  func levels(_ width: Int, _ height: Int) throws {
    let map = GeneratedMap(width: width, height: height)
    let store = try map.store(at: folder.file("m.zarr"))
    #expect(max(store.levels.last!.width, store.levels.last!.height) <= Store.chunkSide)
    for plane in MapPlane.allCases {
      var expected = map.values(plane, x: 0, y: 0, width: width, height: height)
      for (index, level) in store.levels.enumerated() {
        let found = try level.region(plane: plane.rawValue, x: 0, y: 0, width: level.width, height: level.height)
        // One sum of four in Double against the other: the same order up to rounding of the last bit.
        let off = zip(found, expected).enumerated().max { abs($0.1.0 - $0.1.1) < abs($1.1.0 - $1.1.1) }!
        #expect(
          abs(off.1.0 - off.1.1) <= 1e-6 * abs(off.1.1),
          "\(width) × \(height), \(plane), level \(index), value \(off.0): \(off.1.0), expected \(off.1.1)")
        expected = halved(expected, width: level.width, height: level.height)
      }
    }
  }

  @Test("Chunks that nothing was written to are missing on every level")
  func sparse() throws {
    let store = try Store.create(at: folder.file("m.zarr"), width: 4000, height: 4000, provenance: Provenance())
    let ones = [Float](repeating: 1, count: 512 * 512)
    try store.write(relevance: ones, coverage: ones, x: 1024, y: 2560, width: 512, height: 512)
    let levels = try store.finish().levels
    #expect(levels.count == 4)
    for (level, array) in levels.enumerated() {
      var present: [[Int]] = []
      for row in 0..<array.chunkRows {
        for column in 0..<array.chunkColumns where array.hasChunk(plane: 0, row: row, column: column) {
          present.append([row, column])
        }
      }
      #expect(present == [[5 >> level, 2 >> level]], "level \(level)")
    }
    // 512 × 512 ones at 1024, 2560 are 64 × 64 ones at 128, 320 three levels on.
    let last = levels[3]
    let all = try last.region(plane: 0, x: 0, y: 0, width: last.width, height: last.height)
    #expect(all.reduce(0, +) == 64 * 64)
    #expect(all[320 * last.width + 128] == 1 && all[319 * last.width + 128] == 0)
  }

  @Test("Statistics of the whole map equal those of all its pixels at once")
  func statistics() throws {
    let map = GeneratedMap(width: 1100, height: 700)
    let statistics = try #require(try map.store(at: folder.file("m.zarr")).statistics)
    let values = map.values(.relevance, x: 0, y: 0, width: 1100, height: 700)
    let windows = map.values(.coverage, x: 0, y: 0, width: 1100, height: 700)
    let covered = zip(values, windows).filter { $1 > 0 }.map { Double(abs($0.0)) }
    #expect(statistics.pixels == values.count)
    #expect(statistics.covered == covered.count)
    #expect(covered.count < values.count)
    #expect(statistics.maximum == covered.max())
    #expect(statistics.mostWindows == 4)
    #expect(abs(statistics.sum - values.reduce(0) { $0 + Double($1) }) < 1e-9 * covered.reduce(0, +))
    let bound = 10 * cbrt(covered.reduce(0) { $0 + $1 * $1 * $1 } / Double(covered.count))
    #expect(abs(statistics.seedBound - bound) < 1e-12 * bound)
  }

  @Test("A map of nothing has statistics of nothing")
  func nothing() throws {
    let store = try Store.create(at: folder.file("m.zarr"), width: 600, height: 600, provenance: Provenance())
    let statistics = try #require(try store.finish().statistics)
    #expect(statistics.covered == 0 && statistics.seedBound == 0 && statistics.maximum == 0)
    #expect(try MapPercentile.value(50, of: store.base) == 0)
  }

  @Test("Percentiles equal those of sorting", arguments: [0, 12.5, 50, 99, 99.9, 100])
  func percentile(_ percent: Double) throws {
    let map = GeneratedMap(width: 700, height: 600)
    let store = try map.store(at: folder.file("m.zarr"), isFinished: false)
    let values = map.values(.relevance, x: 0, y: 0, width: 700, height: 600)
    let windows = map.values(.coverage, x: 0, y: 0, width: 700, height: 600)
    let sorted = zip(values, windows).filter { $1 > 0 }.map { Double(abs($0.0)) }.sorted()
    let position = percent / 100 * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    let expected = sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    #expect(try MapPercentile.value(percent, of: store.base) == expected)
  }

  @Test("A value that is no number is an error that says where")
  func notFinite() throws {
    let store = try Store.create(at: folder.file("m.zarr"), width: 600, height: 20, provenance: Provenance())
    var values = [Float](repeating: 1, count: 600 * 20)
    values[3 * 600 + 520] = .nan
    try store.write(
      relevance: values, coverage: values.map { _ in 1 }, x: 0, y: 0, width: 600, height: 20)
    let error = #expect(throws: ZarrError.self) { try store.finish() }
    #expect(error?.description.contains("relevance nan, coverage 1.0 at x 520, y 3") == true, "\(error as Any)")
    #expect(try !Store(path: store.path).isFinished)
  }
}
