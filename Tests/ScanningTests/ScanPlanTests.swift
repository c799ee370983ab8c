import Foundation
import RelevancePropagation
import Synchronization
import Testing

@testable import Scanning

/// What a scan would take, against what it takes.
@Suite struct ScanPlanTests {
  private static func explaining() throws -> PropagationPlan {
    let network = try WindowNetwork.make().canonized()
    let composite = try Preset.named("epsilon_gamma_box").composite(for: network, low: [-1, -1, -1], high: [1, 1, 1])
    return PropagationPlan(network, rules: try composite.resolve(for: network))
  }

  @Test(
    "windows of a shard, its own and those around it, and what a mask leaves out are counted", arguments: [1, 2, 5])
  func windows(_ shards: Int) throws {
    let image = TestImage(width: 33, height: 29, seed: 51)
    let grid = try WindowGrid(image: image.extent, window: Extent(8, 6), stride: Extent(3, 4), edges: .flush)
    let wanted = PixelRectangle(x: 3, y: 11, width: 8, height: 9)
    let mask: @Sendable (PixelRectangle) -> Bool = { $0.intersects(wanted) }
    let settings = ScanSettings(target: .top, chunk: 7)
    let scan = try Scan(
      WindowNetwork.explainer(batch: 6), grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: settings)
    let shardPlan = ShardPlan(extent: grid.extent, chunk: 7, shards: shards)
    var windows = 0
    for rectangle in (0..<shards).compactMap(shardPlan.rectangle) {
      let plan = ScanPlan(
        grid, explaining: try Self.explaining(), settings: settings, memory: ScanMemory(grid, settings: settings),
        batch: 6,
        rectangles: [rectangle], isWanted: mask)
      let sink = MapSink(grid.extent)
      let outcome = try scan.run([rectangle], from: image, to: sink, ScanRun(isWanted: mask))
      #expect(plan.windows == sink.map.windows.count)
      #expect(plan.windows + plan.windowsAgain == outcome.progress.totalWindows)
      #expect(plan.strips == outcome.strips.count)
      windows += plan.windows
      if shards == 1 {
        #expect(plan.windowsAgain == 0 && plan.masked == outcome.totals.windows[.masked])
        #expect(plan.flop == Double(plan.windowFLOP) * Double(outcome.totals.windows[.explained]!))
      } else {
        // What lies above and to the left of a shard hangs over into it.
        #expect((plan.windowsAgain > 0) == (rectangle.x > 0 || rectangle.y > 0) && plan.masked! > 0)
      }
    }
    #expect(windows == grid.count)
  }

  @Test("arithmetic and windows of a slide with 10¹⁰ pixels are counted without overflow")
  func large() throws {
    let grid = try WindowGrid(image: Extent(100_000), window: Extent(8, 6), stride: Extent(1), edges: .drop)
    let settings = ScanSettings(target: .top)
    let plan = ScanPlan(
      grid, explaining: try Self.explaining(), settings: settings, memory: ScanMemory(grid, settings: settings),
      batch: 8)
    #expect(plan.windows == 99_993 * 99_995 && plan.windowsAgain == 0 && plan.masked == nil)
    #expect(plan.flop > 1e14)
    #expect(plan.diskBytes > 8 * 10_000_000_000 * 4 / 3)
  }

  @Test("memory does not grow with the image's height, nor beyond the limit with its width")
  func memory() throws {
    func memory(_ height: Int, _ width: Int) throws -> ScanMemory {
      ScanMemory(
        try WindowGrid(image: Extent(height, width), window: Extent(224), stride: Extent(56), edges: .flush),
        settings: ScanSettings(target: .top))
    }
    let small = try memory(2000, 20_000)
    #expect(try memory(1 << 30, 20_000).hostBytes(width: 20_000) == small.hostBytes(width: 20_000))
    let slide = try memory(100_000, 100_000)
    let widest = slide.widest(within: 768 << 20, sharesHostMemory: true)
    #expect(widest == 42, "\(widest) chunks; Documentation/Scans.md says 21,504 pixels")
    func both(_ chunks: Int) -> Int { slide.hostBytes(width: 512 * chunks) + slide.deviceBytes(width: 512 * chunks) }
    #expect(both(widest) <= 768 << 20 && both(widest + 1) > 768 << 20)
    #expect(slide.widest(within: 0, sharesHostMemory: false) == 1)
    // Of a strip 512 rows high with windows of 224: pixels (512 + 446)·3, results 512·8.
    let pixels = 958 * (1024 + 446) * 3
    #expect(slide.hostBytes(width: 1024) > 4 * pixels + 3 * 512 * 1024 * 8)
    #expect(slide.hostBytes(width: 1024) < 4 * pixels + 3 * 512 * 1024 * 8 + 500_000)
    #expect(MemoryLayout<WindowRecord>.stride + MemoryLayout<WindowPlan>.stride <= 112)
  }

  /// Counts strips that were read and are not yet written.
  private final class Flow: PixelSource, StripSink {
    private let image: TestImage
    private let state = Mutex((now: 0, most: 0))
    init(_ image: TestImage) { self.image = image }
    var most: Int { state.withLock { $0.most } }

    func read(_ rectangle: PixelRectangle) throws -> PixelBlock {
      state.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      return try image.read(rectangle)
    }

    func write(_ strip: ScannedStrip) throws {
      // Slower than all else, so that everything before it fills up.
      usleep(5000)
      state.withLock { $0.now -= 1 }
    }
  }

  @Test("no more strips are in memory than the plan counts, however slow the sink is")
  func bounded() throws {
    let image = TestImage(width: 7, height: 400, seed: 52)
    let grid = try WindowGrid(image: image.extent, window: Extent(8, 6), stride: Extent(8, 6), edges: .drop)
    let scan = try Scan(
      WindowNetwork.explainer(batch: 1), grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .top, chunk: 8))
    let flow = Flow(image)
    _ = try scan.run(from: flow, to: flow)
    // Pixels: being read, waiting, in work. Results: waiting for room, waiting, being written.
    #expect(flow.most <= 6 && flow.most > 3, "\(flow.most) strips")
  }
}
