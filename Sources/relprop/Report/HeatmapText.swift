import Imaging
import Reporting

/// Where a heatmap's relevance lies, in words: what its picture shows, for those who do not see it.
enum HeatmapText {
  private static let places = [
    "at the upper left", "at the top", "at the upper right", "at the left", "in the middle", "at the right",
    "at the lower left", "at the bottom", "at the lower right",
  ]

  /// "72 % of the relevance is positive, most of it in the middle (41 % in that ninth of the image), …"
  static func places(_ heatmap: Heatmap) -> String {
    let (positive, negative) = (ninths(heatmap) { max($0, 0) }, ninths(heatmap) { max(-$0, 0) })
    let (speaking, against) = (positive.reduce(0, +), negative.reduce(0, +))
    guard speaking + against > 0 else { return "All relevance is zero." }
    func strongest(_ parts: [Double], _ sum: Double) -> String {
      guard sum > 0 else { return "" }
      let place = parts.indices.max { parts[$0] < parts[$1] }!
      let share = String(format: "%.0f %%", 100 * parts[place] / sum)
      return ", most of it \(places[place]) (\(share) in that ninth of the image)"
    }
    let share = String(format: "%.0f %%", 100 * speaking / (speaking + against))
    return "\(share) of the relevance is positive\(strongest(positive, speaking))"
      + (against > 0 ? "; of the negative\(strongest(negative, against).dropFirst())." : ".")
  }

  /// Sums over a grid of three by three, from the upper left.
  private static func ninths(_ heatmap: Heatmap, _ part: (Double) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: 9)
    for y in 0..<heatmap.height {
      for x in 0..<heatmap.width {
        sums[3 * (3 * y / heatmap.height) + 3 * x / heatmap.width] += part(Double(heatmap[x, y]))
      }
    }
    return sums
  }
}
