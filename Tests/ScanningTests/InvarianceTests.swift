import RelevancePropagation
import Testing

@testable import Scanning

/// The map does not depend, to the bit, on how the work is divided: odd sizes, strides that do not divide, every edge.
@Suite struct InvarianceTests {
  private static let image = TestImage(width: 41, height: 37, seed: 15).painted([
    (PixelRectangle(x: 0, y: 0, width: 19, height: 15), [200, 200, 200]),
    (PixelRectangle(x: 25, y: 20, width: 14, height: 17), [10, 20, 30]),
  ])

  private struct Case {
    var batch = 4
    var chunk = 512
    var constantWindows = ConstantWindows.compute
    var edges = WindowGrid.Edges.pad
    var combine = WindowCombination.sum
  }

  private static func scan(_ the: Case) throws -> Scan {
    let grid = try WindowGrid(image: image.extent, window: Extent(8, 6), stride: Extent(5, 4), edges: the.edges)
    return try Scan(
      WindowNetwork.explainer(batch: the.batch), grid: grid,
      normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(
        combine: the.combine, target: .top, constantWindows: the.constantWindows, chunk: the.chunk))
  }

  private static func map(_ the: Case, _ rectangles: [PixelRectangle]? = nil) throws -> MapArray.Contents {
    let scan = try scan(the)
    let sink = MapSink(scan.grid.extent)
    #expect(try scan.run(rectangles, from: image, to: sink).isComplete)
    return sink.map
  }

  @Test("on the size of batches", arguments: [1, 3, 7, 64])
  func batch(_ batch: Int) throws {
    let expected = try Self.map(Case())
    let found = try Self.map(Case(batch: batch))
    #expect(found.bits == expected.bits && found.windows == expected.windows)
  }

  @Test(
    "on the height of strips, which may be lower than windows", arguments: [1, 3, 7, 16, 37, 38],
    [WindowGrid.Edges.flush, .pad])
  func strips(_ chunk: Int, _ edges: WindowGrid.Edges) throws {
    let expected = try Self.map(Case(edges: edges))
    let found = try Self.map(Case(chunk: chunk, edges: edges))
    #expect(found.bits == expected.bits && found.windows == expected.windows)
    #expect(found.strips.count == (37 + chunk - 1) / chunk)
  }

  @Test("on the rectangles of shards, in any order", arguments: [2, 3, 5, 11, 40], WindowCombination.allCases)
  func shards(_ shards: Int, _ combine: WindowCombination) throws {
    let whole = try Self.map(Case(chunk: 7, combine: combine))
    let plan = ShardPlan(extent: Self.image.extent, chunk: 7, shards: shards)
    let rectangles = (0..<shards).reversed().compactMap(plan.rectangle)
    let found = try Self.map(Case(batch: 5, chunk: 7, combine: combine), rectangles)
    #expect(found.bits == whole.bits && found.sortedWindows == whole.windows)
    #expect(found.windows.count == whole.windows.count, "each window belongs to one strip")
  }

  @Test(
    "on where a scan that was broken off goes on", arguments: [[1], [0, 2, 3], [4], [1, 3, 5], [0, 1, 2, 3, 4, 5]])
  func resume(_ done: [Int]) throws {
    let whole = try Self.map(Case(chunk: 7))
    let scan = try Self.scan(Case(batch: 3, chunk: 7))
    let sink = MapSink(scan.grid.extent)
    _ = try scan.run(from: Self.image, to: sink, ScanRun(isDone: { !done.contains($0.chunkRow) }))
    #expect(sink.map.strips.map(\.chunkRow) == done)
    _ = try scan.run(from: Self.image, to: sink, ScanRun(isDone: { done.contains($0.chunkRow) }))
    #expect(sink.map.bits == whole.bits && sink.map.sortedWindows == whole.windows)
  }

  @Test("on whether windows of one colour are explained once or each", arguments: [1, 5])
  func constant(_ batch: Int) throws {
    let expected = try Self.map(Case())
    for chunk in [4, 7, 512] {
      let found = try Self.map(Case(batch: batch, chunk: chunk, constantWindows: .once))
      #expect(found.bits == expected.bits)
      #expect(found.sortedWindows.map(\.numbers) == expected.windows.map(\.numbers))
      #expect(found.sortedWindows.map(\.target) == expected.windows.map(\.target))
    }
  }

  @Test("totals are the same in any order of strips")
  func totals() throws {
    let whole = try Self.map(Case(chunk: 7))
    var sum = ScanTotals()
    for place in whole.strips.reversed() {
      sum.add(ScanTotals(whole.windows.filter { place.rectangle.rows.contains($0.y) }))
    }
    #expect(sum == ScanTotals(whole.windows))
  }
}
