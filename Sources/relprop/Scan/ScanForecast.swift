import Foundation
import OMEZarr
import Pipelines
import RelevancePropagation
import Scanning

/// What a scan will take: counted, and timed on some of its windows.
struct ScanForecast {
  let plan: ScanPlan
  /// Output positions of a tile of `--mode direct`.
  let tile: Extent?
  /// Bytes of weights, activations and relevance on the device.
  let networkBytes: Int
  /// Seconds a window, measured; nil where nothing was run.
  let secondsPerWindow: Double?

  var seconds: Double? { secondsPerWindow.map { $0 * Double(plan.windowsToExplain) } }

  /// - Parameter probing: batches of windows that are explained and timed, beside one that warms up.
  init(_ setup: ScanSetup, batch requested: Int?, widestStrip: Int, engine: Engine, probing batches: Int = 3) throws {
    let whole = PixelRectangle(x: 0, y: 0, width: setup.grid.region.width, height: setup.grid.region.height)
    let rectangles = ShardPlan.bands(of: whole, chunk: Store.chunkSide, widest: widestStrip)
    let isWanted = setup.mask == nil ? nil : setup.isWanted
    tile = try setup.tile(on: engine)
    if let tile, let direct = setup.direct {
      plan = try setup.directScan(direct, tile: tile, on: engine).plan(rectangles: rectangles, isWanted: isWanted)
      networkBytes = 2 * (try direct.explainerBytes(tile: tile, on: engine))
      secondsPerWindow = nil
      return
    }
    let batch = setup.batch(requested, windows: setup.grid.count, on: engine).batch
    plan = ScanPlan(
      setup.grid, explaining: PropagationPlan(setup.network, rules: setup.rules, targets: 1, on: engine),
      settings: setup.settings,
      memory: ScanMemory(setup.grid, settings: setup.settings, channels: setup.network.inputShape[0]), batch: batch,
      rectangles: rectangles, isWanted: isWanted)
    let explainer = try setup.explainer(batch: batch, on: engine)
    networkBytes = explainer.deviceBytes
    secondsPerWindow = try Self.probe(setup, explainer, batches: batches)
  }

  /// Explains windows from the middle of the region, each batch by itself; the fastest counts least: the median is taken.
  private static func probe(_ setup: ScanSetup, _ explainer: Explainer, batches: Int) throws -> Double? {
    guard batches > 0 else { return nil }
    let (grid, batch) = (setup.grid, explainer.batch)
    let columns = min(batch, grid.columns.count)
    let first = (grid.columns.count - columns) / 2
    let row = grid.rows.count / 2
    let left = grid.columns.offset(first)
    let right = min(grid.columns.offset(first + columns - 1) + grid.window.horizontal, grid.region.width)
    let top = grid.rows.offset(row)
    let area = PixelRectangle(
      x: grid.region.x + left, y: grid.region.y + top, width: right - left,
      height: min(grid.window.vertical, grid.region.height - top))
    // A scan of these windows alone, cut, explained and placed as the whole one will be.
    let probe = try WindowGrid(
      image: Extent(setup.reader.height, setup.reader.width), region: area, window: grid.window, stride: grid.stride,
      edges: grid.edges)
    var settings = setup.settings
    settings.constantWindows = .compute
    let scan = try Scan(
      explainer, grid: probe, normalization: PixelNormalization(setup.choice.preprocessing), settings: settings)
    let source = try setup.source()
    var times: [Double] = []
    for round in 0...batches {
      let begin = ContinuousClock.now
      _ = try scan.run(from: source, to: Nowhere())
      if round > 0 { times.append((ContinuousClock.now - begin) / .seconds(1) / Double(probe.count)) }
    }
    return times.sorted()[times.count / 2]
  }

  /// A probe's map is not kept.
  private struct Nowhere: StripSink {
    func write(_ strip: ScannedStrip) {}
  }

  var lines: [String] {
    var windows = "plan     \(plan.windows) windows"
    if let masked = plan.masked { windows += ", \(masked) outside the mask" }
    if plan.windowsAgain > 0 { windows += ", \(plan.windowsAgain) more at the borders of strips" }
    var lines = [
      windows + ", \(PlanCommand.flop(plan.windowFLOP))FLOP each",
      "memory   \(PlanCommand.bytes(plan.hostBytes))B for pixels and strips, \(PlanCommand.bytes(networkBytes + plan.deviceBytes))B on the "
        + "device at batch \(plan.batch)",
      "disk     at most \(PlanCommand.bytes(plan.diskBytes))B, before compression",
    ]
    if let secondsPerWindow, let seconds {
      lines.append(
        "time     about \(Pace.clock(seconds)) (\(Pace.rate(1 / secondsPerWindow)) windows/s, measured now on some of them); windows "
          + "of one colour cost next to nothing")
    }
    return lines
  }
}
