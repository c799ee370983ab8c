import RelevancePropagation
import Synchronization
import TestDevices
import Testing

@testable import Scanning

/// The direct approach: tiles against the whole image in one piece, and against windows where nothing is padded.
@Suite struct DirectScanTests {
  private static func scan(
    _ the: DirectCase, _ extent: Extent, tile: Extent, composite: String = "epsilon_gamma_box", chunk: Int = 512,
    target: WindowTarget = .fixed(1), region: PixelRectangle? = nil
  ) throws -> DirectScan {
    try DirectScan(
      the.direct(composite), image: extent, region: region, tile: tile,
      normalization: PixelNormalization(planesWithLow: the.low), settings: ScanSettings(target: target, chunk: chunk),
      on: TestDevice.engine)
  }

  /// The whole image explained at once, without any scan: relevance summed over channels, Σ of the class's map.
  private static func whole(
    _ the: DirectCase, _ image: PixelArray, composite: String, target: Int = 1
  ) throws -> (relevance: [Float], score: Double) {
    let direct = try the.direct(composite)
    let network = try direct.network(for: image.extent)
    let explainer = try Explainer(
      canonized: network, rules: RuleTable(direct.rules.rules, for: network), on: TestDevice.engine)
    guard case .planes(let numbers) = image.samples else { preconditionFailure("planes") }
    let area = network.outputShape[1] * network.outputShape[2]
    var weights = [Float](repeating: 0, count: network.outputShape.count)
    for position in 0..<area { weights[target * area + position] = 1 }
    let explanation = try explainer.explain(
      Tensor(shape: Shape([1] + network.inputShape.extents), scalars: numbers), targets: { _ in [.weighted(weights)] })[
        0][0]
    let pixels = image.extent.vertical * image.extent.horizontal
    let relevance = explanation.relevance.scalars
    return (
      (0..<pixels).map { pixel in
        (0..<network.inputShape[0]).reduce(0) { $0 + relevance[$1 * pixels + pixel] }
      }, explanation.value
    )
  }

  @Test(
    "tiles of any size give the relevance of the whole image in one piece", arguments: DirectCase.all,
    ["epsilon_gamma_box", "epsilon_alpha2_beta1_flat", "excitation_backprop", "gradient"])
  func tiles(_ the: DirectCase, _ composite: String) throws {
    for extent in [Extent(41, 37), Extent(32, 48), Extent(13, 14)] {
      let image = the.image(extent, seed: 81)
      let expected = try Self.whole(the, image, composite: composite)
      let largest = expected.relevance.map(abs).max()!
      var coverage: [Float]?
      for tile in [Extent(1, 2), Extent(3), Extent(100)] {
        let scan = try Self.scan(the, extent, tile: tile, composite: composite)
        let map = MapArray(extent)
        let outcome = try scan.run(from: image, to: map)
        let off = zip(map.contents.relevance, expected.relevance).map { abs($0 - $1) }.max()!
        #expect(
          off <= 1e-6 * largest, "\(the), \(composite), image \(extent), tiles of \(tile): off by \(off / largest)")
        #expect(abs(outcome.totals.score - expected.score) <= 1e-6 * abs(expected.score))
        #expect(coverage == nil || map.contents.coverage == coverage)
        coverage = map.contents.coverage
      }
    }
  }

  @Test("every pixel's coverage is the number of positions that see it")
  func coverage() throws {
    let extent = Extent(33, 30)
    let scan = try Self.scan(.padded, extent, tile: Extent(2, 3), chunk: 11)
    let map = MapArray(extent)
    _ = try scan.run(from: DirectCase.padded.image(extent, seed: 82), to: map)
    let fields = try DirectCase.padded.direct().fields
    for y in 0..<33 {
      let rows = (0..<scan.positions.vertical).count { fields.rows.pixels(of: $0).contains(y) }
      for x in 0..<30 {
        let columns = (0..<scan.positions.horizontal).count { fields.columns.pixels(of: $0).contains(x) }
        #expect(map.contents.coverage[y * 30 + x] == Float(rows * columns), "pixel \(x), \(y)")
      }
    }
  }

  @Test(
    "without padding it is the windows: scores and relevance, at the network's stride",
    arguments: [Extent(2), Extent(5, 3)])
  func unpadded(_ tile: Extent) throws {
    let the = DirectCase.unpadded
    let (network, rules) = try the.rules()
    let windows = try Explainer(canonized: network, rules: rules, on: TestDevice.engine, batch: 4)
    let image = the.image(Extent(31, 27), seed: 83)
    for target in [WindowTarget.fixed(2), .top] {
      let scan = try Self.scan(the, image.extent, tile: tile, target: target)
      let sample = PixelRectangle(x: 3, y: 2, width: 22, height: 25)
      let difference = try scan.difference(from: windows, sample: sample, source: image)
      #expect(difference.positions == 8 * 8)  // (25 − 10)/2 + 1 rows, (22 − 8)/2 + 1 columns
      #expect(difference.scores.relativeMax <= 1e-5 && difference.relevance.relativeMax <= 1e-5, "\(difference)")
      #expect(difference.relevance.cosine >= 1 - 1e-10 && difference.relevance.relativeL2 <= 1e-5)
    }
  }

  @Test("with padding it is another function, and the difference says so")
  func difference() throws {
    let the = DirectCase.padded
    let (network, rules) = try the.rules()
    let windows = try Explainer(canonized: network, rules: rules, on: TestDevice.engine, batch: 4)
    let image = the.image(Extent(40, 36), seed: 84)
    let scan = try Self.scan(the, image.extent, tile: Extent(4))
    let difference = try scan.difference(
      from: windows, sample: PixelRectangle(x: 0, y: 0, width: 36, height: 40), source: image)
    #expect(difference.positions == 8 * 8)
    #expect(difference.scores.relativeL2 > 0.01 && difference.relevance.relativeL2 > 0.01, "\(difference)")
    #expect(difference.scores.cosine > 0.5 && difference.scores.cosine < 1)
    #expect(DirectDifference.Measure([3, 4], from: [4, 3]).cosine == 24.0 / 25)
    #expect(DirectDifference.Measure([3, 4], from: [4, 3]).relativeMax == 0.25)
    #expect(DirectDifference.Measure([3, 4], from: [4, 3]).relativeL2 == (2.0 / 25).squareRoot())
  }

  @Test("strips, bands and going on change no bit", arguments: [3, 7, 16])
  func invariance(_ chunk: Int) throws {
    let the = DirectCase.branches
    let image = the.image(Extent(43, 39), seed: 85)
    let whole = MapArray(image.extent)
    let outcome = try Self.scan(the, image.extent, tile: Extent(3, 2), target: .top).run(from: image, to: whole)
    let scan = try Self.scan(the, image.extent, tile: Extent(3, 2), chunk: chunk, target: .top)
    let map = MapArray(image.extent)
    let plan = ShardPlan(extent: image.extent, chunk: chunk, shards: 4)
    let rectangles = (0..<4).compactMap(plan.rectangle)
    _ = try scan.run(rectangles, from: image, to: map, ScanRun(isDone: { $0.chunkRow % 2 == 0 }))
    _ = try scan.run(rectangles, from: image, to: map, ScanRun(isDone: { $0.chunkRow % 2 == 1 }))
    #expect(map.contents.bits == whole.contents.bits)
    #expect(map.contents.sortedWindows == whole.contents.sortedWindows)
    #expect(ScanTotals(map.contents.windows) == outcome.totals)
    let totals = outcome.totals
    #expect(abs(totals.score - totals.relevance - totals.absorbed!) <= 1e-5 * abs(totals.score) + 1e-5)
  }

  @Test("positions whose window a mask does not want, or that see what cannot be read, start nothing")
  func masked() throws {
    let the = DirectCase.padded
    let extent = Extent(41, 37)
    let image = the.image(extent, seed: 86)
    let broken = PixelRectangle(x: 30, y: 4, width: 2, height: 3)
    let wanted = PixelRectangle(x: 0, y: 0, width: 37, height: 20)
    struct Broken: PixelSource {
      let image: PixelArray
      let rectangle: PixelRectangle
      func read(_ asked: PixelRectangle) -> PixelBlock {
        PixelBlock(image.read(asked).samples, unreadable: rectangle.intersects(asked) ? [rectangle] : [])
      }
    }
    let direct = try the.direct()
    let network = try direct.network(for: extent)
    let shape = network.outputShape
    var weights = [Float](repeating: 0, count: shape.count)
    var expectedCoverage = [Float](repeating: 0, count: 41 * 37)
    for p in 0..<shape[1] {
      for q in 0..<shape[2] {
        let window = PixelRectangle(rows: 4 * p..<min(4 * p + 12, 41), columns: 4 * q..<min(4 * q + 8, 37))
        let field = PixelRectangle(
          rows: direct.fields.rows.pixels(of: p).clamped(to: 0..<41),
          columns: direct.fields.columns.pixels(of: q).clamped(to: 0..<37))
        guard window.intersects(wanted), !field.intersects(broken) else { continue }
        weights[(shape[1] + p) * shape[2] + q] = 1
        for y in field.rows { for x in field.columns { expectedCoverage[y * 37 + x] += 1 } }
      }
    }
    #expect(weights.contains(1))
    let explainer = try Explainer(
      canonized: network, rules: RuleTable(direct.rules.rules, for: network), on: TestDevice.engine)
    guard case .planes(let numbers) = image.samples else { preconditionFailure("planes") }
    let relevance = try explainer.explain(
      Tensor(shape: [1, 3, 41, 37], scalars: numbers), targets: { _ in [.weighted(weights)] })[0][0].relevance.scalars
    let largest = relevance.map(abs).max()!
    for chunk in [5, 512] {
      let map = MapArray(extent)
      let outcome = try Self.scan(the, extent, tile: Extent(2), chunk: chunk).run(
        from: Broken(image: image, rectangle: broken), to: map, ScanRun(isWanted: { $0.intersects(wanted) }))
      for pixel in 0..<41 * 37 {
        let expected = relevance[pixel] + relevance[41 * 37 + pixel] + relevance[2 * 41 * 37 + pixel]
        #expect(abs(map.contents.relevance[pixel] - expected) <= 1e-6 * largest, "pixel \(pixel)")
      }
      #expect(map.contents.coverage == expectedCoverage, "chunk \(chunk)")
      #expect(outcome.unreadable == [broken] && outcome.totals.windows[.masked]! > 0)
    }
  }

  @Test("a region is an image of its own, and no smaller than a window")
  func region() throws {
    let the = DirectCase.padded
    let image = the.image(Extent(50, 44), seed: 87)
    let region = PixelRectangle(x: 5, y: 7, width: 31, height: 33)
    let map = MapArray(Extent(33, 31))
    _ = try Self.scan(the, image.extent, tile: Extent(3), region: region).run(from: image, to: map)
    let cut = PixelArray(Extent(33, 31), image.read(region).samples)
    let alone = MapArray(Extent(33, 31))
    _ = try Self.scan(the, cut.extent, tile: Extent(3)).run(from: cut, to: alone)
    #expect(map.contents.bits == alone.contents.bits)
    #expect(throws: WindowGridError.self) { try Self.scan(the, Extent(11, 44), tile: Extent(3)) }
  }

  @Test("the plan counts tiles, their arithmetic and memory; larger tiles compute less twice")
  func plan() throws {
    let extent = Extent(200, 200)
    let plans = try [2, 8].map { try Self.scan(.padded, extent, tile: Extent($0)).plan() }
    #expect(plans[0].windows == 24 * 25 && plans[1].windows == 6 * 7)  // 48 × 49 positions
    #expect(plans[0].flop > plans[1].flop && plans[0].windowFLOP < plans[1].windowFLOP)
    let direct = try DirectCase.padded.direct()
    let engine = TestDevice.engine
    #expect(try direct.explainerBytes(tile: Extent(8), on: engine) > direct.explainerBytes(tile: Extent(2), on: engine))
    let limit = try 2 * direct.explainerBytes(tile: Extent(8), on: engine)
    #expect(try direct.largestTile(within: limit, on: engine) == Extent(8))
    #expect(try direct.largestTile(within: 1, on: engine) == Extent(1))
  }
}
