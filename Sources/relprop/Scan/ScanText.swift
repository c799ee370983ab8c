import Foundation
import OMEZarr
import Pipelines
import Scanning

/// What a scan prints.
enum ScanText {
  /// Image, windows, mask.
  static func setup(_ setup: ScanSetup) -> [String] {
    let (reader, grid) = (setup.reader, setup.grid)
    var image = "image    \(reader.width) x \(reader.height) pixels"
    if reader.levels.count > 1 { image += ", level \(reader.level) of \(reader.levels.count)" }
    if let microns = reader.micronsPerPixel { image += String(format: ", %.4g micrometres each", microns) }
    if grid.region.width != reader.width || grid.region.height != reader.height { image += ", of it \(grid.region)" }
    var lines = [image]
    if let mask = setup.mask {
      lines.append(String(format: "mask     %@; %.1f %% of the image", mask.description, 100 * mask.areaShare))
    }
    return lines + [
      "windows  \(grid.count): \(grid.rows.count) x \(grid.columns.count) of \(grid.window), stride \(grid.stride), edges "
        + "\(grid.edges.rawValue), \(setup.settings.combine.rawValue)"
    ]
  }

  /// What the time was spent on.
  static func work(_ outcome: ScanOutcome) -> [String] {
    let progress = outcome.progress
    let total = progress.waitingForPixels + progress.waitingForSink + progress.computing
    guard total > 0 else { return [] }
    return [
      String(
        format:
          "time     %.1f s for %d windows (%@/s): computing %.1f %%, waiting for pixels %.1f %%, for the disk %.1f %%",
        total,
        progress.windows, Pace.rate(Double(progress.windows) / total), 100 * progress.computing / total,
        100 * progress.waitingForPixels / total, 100 * progress.waitingForSink / total)
    ]
  }

  static func totals(_ totals: ScanTotals, store: Store) -> [String] {
    let counts = WindowRecord.State.allCases.compactMap { state in
      totals.windows[state].map { "\($0) \(state.rawValue)" }
    }
    var lines = [
      "windows  \(counts.joined(separator: ", "))",
      String(
        format: "sum      scores %.6g, relevance of the windows %.6g, on padding %.6g", totals.score, totals.relevance,
        totals.padding),
    ]
    if let absorbed = totals.absorbed, let gap = totals.gap {
      lines.append(String(format: "ledger   biases and stabilizers kept %.6g, not accounted for %.3g", absorbed, gap))
    }
    if let statistics = store.statistics {
      lines.append(
        String(
          format: "map      sums to %.6g; %.1f %% of its pixels are covered; strongest colour ±%.4g", statistics.sum,
          100 * Double(statistics.covered) / Double(max(statistics.pixels, 1)), statistics.seedBound))
    }
    lines.append("wrote \(store.path); relprop export \(store.path) --to dzi|ome-tiff|png|… for viewers")
    return lines
  }
}
