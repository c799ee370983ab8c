import Foundation
import OMEZarr
import Scanning

/// What a scan prints.
enum ScanText {
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
