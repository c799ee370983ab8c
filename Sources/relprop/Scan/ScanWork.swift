import Foundation
import RelevancePropagation
import Scanning

/// What computes a map: windows, or the network over the whole image.
enum ScanWork {
  case windows(Scan, BatchChoice)
  case direct(DirectScan)

  /// - Parameters:
  ///   - tile: of `--mode direct`; nil scans windows.
  ///   - batch: windows explained at once; nil is what memory and device suggest.
  init(_ setup: ScanSetup, tile: Extent?, batch: Int?, on engine: Engine) throws {
    if let tile, let direct = setup.direct {
      self = .direct(try setup.directScan(direct, tile: tile, on: engine))
      return
    }
    let batch = setup.batch(batch, windows: setup.grid.count, on: engine)
    let scan = try Scan(
      try setup.explainer(batch: batch.batch, on: engine), grid: setup.grid,
      normalization: PixelNormalization(setup.choice.preprocessing), settings: setup.settings)
    self = .windows(scan, batch)
  }

  func run(
    _ rectangles: [PixelRectangle], from source: any PixelSource, to sink: any StripSink, _ run: ScanRun
  ) throws -> ScanOutcome {
    switch self {
    case .windows(let scan, _): try scan.run(rectangles, from: source, to: sink, run)
    case .direct(let scan): try scan.run(rectangles, from: source, to: sink, run)
    }
  }

  /// What is said before the work; of the direct approach how far it is from windows, measured on a sample.
  func lines(_ setup: ScanSetup) throws -> [String] {
    switch self {
    case .windows(_, let batch): return ["batch    \(batch.batch) because: \(batch.reason)"]
    case .direct(let scan):
      let difference = try Self.difference(scan, setup)
      return [
        "direct   \(scan.positions) output positions, tiles of \(scan.tile)",
        "         not the windows' sum: padded convolutions see the image where windows have black. On the sample "
          + "\(difference.sample), \(difference.positions) positions:",
        "         " + Self.text("scores", difference.scores),
        "         " + Self.text("relevance", difference.relevance),
      ]
    }
  }

  /// In the middle of the region, a few windows wide.
  private static func difference(_ scan: DirectScan, _ setup: ScanSetup) throws -> DirectDifference {
    let (region, window, stride) = (scan.region, setup.grid.window, scan.network.stride)
    let width = min(region.width, window.horizontal + 4 * stride.horizontal)
    let height = min(region.height, window.vertical + 4 * stride.vertical)
    let sample = PixelRectangle(
      x: region.x + (region.width - width) / 2, y: region.y + (region.height - height) / 2, width: width,
      height: height)
    return try scan.difference(
      from: try setup.explainer(batch: 1, on: scan.engine), sample: sample, source: setup.source())
  }

  private static func text(_ name: String, _ measure: DirectDifference.Measure) -> String {
    String(
      format: "%@: cosine %.4f, relative l2 difference %.3f, largest difference %.3f of the largest", name,
      measure.cosine, measure.relativeL2, measure.relativeMax)
  }
}
