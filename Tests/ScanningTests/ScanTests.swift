import RelevancePropagation
import TestDevices
import Testing

@testable import Scanning

/// What a scan computes, against windows explained one by one and added on the host.
@Suite struct ScanTests {
  private static let image = TestImage(width: 23, height: 19, seed: 5)

  private static func grid(
    _ edges: WindowGrid.Edges, of image: TestImage = image, region: PixelRectangle? = nil
  ) throws -> WindowGrid {
    try WindowGrid(image: image.extent, region: region, window: Extent(8, 6), stride: Extent(5, 4), edges: edges)
  }

  @Test(
    "the map is the sum or mean of the windows' relevance, bit for bit", arguments: WindowGrid.Edges.allCases,
    WindowCombination.allCases)
  func definition(_ edges: WindowGrid.Edges, _ combine: WindowCombination) throws {
    let grid = try Self.grid(edges)
    let explainer = try WindowNetwork.explainer(batch: 4)
    let expected = try ByHand(Self.image, grid, explainer: explainer, combine: combine)
    let sink = MapSink(grid.extent)
    let scan = try Scan(
      explainer, grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(combine: combine, target: .fixed(2)))
    let outcome = try scan.run(from: Self.image, to: sink)
    #expect(sink.map.bits == expected.bits)
    #expect(outcome.isComplete && outcome.strips.map(\.name) == ["0.0-0"])
    #expect(sink.map.windows.map { [$0.y, $0.x] } == grid.offsets.map { [$0.y, $0.x] })
    #expect(sink.map.windows.map { $0.numbers?.score } == expected.scores.map { Double($0) })
    for y in 0..<19 {
      for x in 0..<23 { #expect(sink.map.coverage[y * 23 + x] == Float(grid.coverage(y: y, x: x))) }
    }
  }

  @Test("the map's sum and the ledger account for every score, per window and in all")
  func conservation() throws {
    let grid = try Self.grid(.pad)
    let sink = MapSink(grid.extent)
    let scan = try Scan(
      WindowNetwork.explainer(batch: 3), grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .top))
    let totals = try scan.run(from: Self.image, to: sink).totals
    var padded = 0
    for window in sink.map.windows {
      let numbers = try #require(window.numbers)
      let gap = try #require(numbers.gap)
      #expect(window.state == .explained && numbers.start == numbers.score)
      #expect(abs(gap) <= 1e-5 * max(abs(numbers.start), abs(numbers.relevance)), "window at \(window.x), \(window.y)")
      let isInside = window.x + 6 <= 23 && window.y + 8 <= 19
      #expect(isInside ? numbers.padding == 0 : true)
      if numbers.padding != 0 { padded += 1 }
    }
    #expect(padded > 0)
    #expect(totals.windows == [.explained: grid.count])
    let map = sink.map.relevance.reduce(0) { $0 + Double($1) }
    let scale = sink.map.relevance.reduce(0) { $0 + abs(Double($1)) }
    #expect(abs(map - totals.relevance) <= 1e-6 * scale)
    let absorbed = try #require(totals.absorbed)
    let gap = try #require(totals.gap)
    let rest = totals.score - totals.relevance - totals.padding - absorbed
    #expect(abs(rest - gap) <= 1e-12 * scale)
    #expect(abs(gap) <= 1e-5 * scale)
    #expect(ScanTotals(sink.map.windows.reversed()) == totals)
  }

  @Test("without a ledger nothing is said of what was absorbed; gradients start from 1")
  func withoutLedger() throws {
    let grid = try Self.grid(.drop)
    let sink = MapSink(grid.extent)
    let scan = try Scan(
      WindowNetwork.explainer(batch: 3, composite: "gradient", ledger: false), grid: grid,
      normalization: PixelNormalization(WindowNetwork.preprocessing), settings: ScanSettings(target: .fixed(1)))
    let totals = try scan.run(from: Self.image, to: sink).totals
    #expect(totals.absorbed == nil && totals.gap == nil && totals.start == Double(grid.count))
    #expect(sink.map.windows.allSatisfy { $0.numbers?.start == 1 && $0.numbers?.score != 1 && $0.target == 1 })
  }

  @Test("one plane a colour channel, where they are asked for; their sum where not")
  func channels() throws {
    let grid = try Self.grid(.flush)
    let explainer = try WindowNetwork.explainer(batch: 5)
    let expected = try ByHand(Self.image, grid, explainer: explainer, keepsChannels: true)
    let sink = MapSink(grid.extent, planes: 3)
    _ = try Scan(
      explainer, grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .fixed(2), keepsChannels: true)
    ).run(from: Self.image, to: sink)
    #expect(sink.map.bits == expected.bits)
  }

  @Test("each window's own top class is explained, and told")
  func topClass() throws {
    let grid = try Self.grid(.drop)
    let explainer = try WindowNetwork.explainer(batch: 4)
    let expected = try ByHand(Self.image, grid, explainer: explainer, target: .top)
    let sink = MapSink(grid.extent)
    _ = try Scan(
      explainer, grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .top)
    ).run(from: Self.image, to: sink)
    #expect(sink.map.bits == expected.bits)
    #expect(Set(sink.map.windows.compactMap(\.target)).count > 1, "the image shows several classes")
  }

  @Test(
    "a region is an image of its own: its map has its size, and nothing around it is read",
    arguments: WindowGrid.Edges.allCases)
  func region(_ edges: WindowGrid.Edges) throws {
    let region = PixelRectangle(x: 4, y: 3, width: 15, height: 14)
    let grid = try Self.grid(edges, region: region)
    let explainer = try WindowNetwork.explainer(batch: 2)
    let image = TestImage(width: 23, height: 19, pixels: Self.image.pixels)
    let expected = try ByHand(image, grid, explainer: explainer)
    let sink = MapSink(Extent(14, 15))
    _ = try Scan(
      explainer, grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .fixed(2))
    ).run(from: image, to: sink)
    #expect(sink.map.bits == expected.bits)
    for read in image.read {
      #expect(region.columns.contains(read.x) && read.columns.upperBound <= region.columns.upperBound)
      #expect(region.rows.contains(read.y) && read.rows.upperBound <= region.rows.upperBound)
    }
  }

  @Test("an image smaller than the window is padded on both sides")
  func small() throws {
    let image = TestImage(width: 3, height: 2, seed: 9)
    let grid = try Self.grid(.pad, of: image)
    #expect(grid.count == 1)
    let explainer = try WindowNetwork.explainer(batch: 4)
    let sink = MapSink(grid.extent)
    _ = try Scan(
      explainer, grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .fixed(2))
    ).run(from: image, to: sink)
    #expect(try sink.map.bits == ByHand(image, grid, explainer: explainer).bits)
    #expect(sink.map.coverage == [Float](repeating: 1, count: 6))
  }

  @Test("every family of kernels gives a map of its own explanations", arguments: [KernelFamily.plain, .gpu])
  func families(_ family: KernelFamily) throws {
    let engine = family == .gpu ? TestDevice.gpu : TestDevice.plain
    let grid = try Self.grid(.pad)
    let explainer = try WindowNetwork.explainer(batch: 4, on: engine)
    let sink = MapSink(grid.extent)
    _ = try Scan(
      explainer, grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .fixed(2))
    ).run(from: Self.image, to: sink)
    #expect(try sink.map.bits == ByHand(Self.image, grid, explainer: explainer).bits)
  }

  @Test("a grid or a class that does not fit the network is refused")
  func errors() throws {
    let explainer = try WindowNetwork.explainer(batch: 1)
    let other = try WindowGrid(image: Extent(30), window: Extent(8), stride: Extent(4), edges: .drop)
    let normalization = PixelNormalization(WindowNetwork.preprocessing)
    let error = #expect(throws: ScanError.self) {
      try Scan(explainer, grid: other, normalization: normalization, settings: ScanSettings(target: .top))
    }
    #expect(error?.description.contains("windows of 8x8, the network reads 8x6") == true)
    #expect(throws: TargetError.self) {
      try Scan(
        explainer, grid: Self.grid(.drop), normalization: normalization, settings: ScanSettings(target: .fixed(5)))
    }
    let grey = #expect(throws: ScanError.self) {
      try Scan(
        explainer, grid: Self.grid(.drop), normalization: PixelNormalization(planesWithLow: [0]),
        settings: ScanSettings(target: .top))
    }
    #expect(grey?.description.contains("reads 3 channel(s), the preprocessing makes 1") == true)
  }
}
