import Imaging
import OMEZarr

/// One scale for a whole map, on every level and tile of it: relevance −b … 0 … b as the colours of a map.
public struct ColorScale: Sendable, Hashable {
  public let colors: ColorMap
  /// What b was taken from.
  public let normalization: Normalization
  /// Relevance of the strongest colour; 0 for a map of zeros.
  public let bound: Double
  private let overlay: OverlayColors

  /// The scale that `normalization` gives the pixels of the largest level that a window covers.
  /// - Throws: `ZarrError` where a chunk is damaged (percentiles read all of them).
  public init(_ colors: ColorMap, _ normalization: Normalization, of store: Store, _ statistics: MapStatistics) throws {
    self.colors = colors
    self.normalization = normalization
    overlay = OverlayColors(colors)
    bound =
      switch normalization {
      case .seed: statistics.seedBound
      case .maximum: statistics.maximum
      case .percentile(let percent): try MapPercentile.value(percent, of: store.base)
      case .fixed(let value): value
      }
  }

  /// value / bound, −1 … 1.
  private func share(_ value: Float) -> Double {
    if value == 0 { return 0 }
    return min(max(Double(value) / bound, -1), 1)
  }

  /// The colour of no relevance.
  var neutral: Color { colors.table[colors.entry(0)] }

  /// RGB of each value, interleaved.
  func rgb(_ values: [Float]) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: values.count * 3)
    for (index, value) in values.enumerated() {
      let color = colors.table[colors.entry(share(value))]
      pixels[3 * index] = color.red
      pixels[3 * index + 1] = color.green
      pixels[3 * index + 2] = color.blue
    }
    return pixels
  }

  /// RGBA of each value, interleaved, to be laid over the image (`OverlayColors`). Pixels of no window are a veil.
  func rgba(_ values: [Float], coverage: [Float]?) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: values.count * 4)
    for (index, value) in values.enumerated() {
      if value == 0 {
        if (coverage?[index] ?? 0) == 0 { pixels[4 * index + 3] = OverlayColors.veil }
        continue
      }
      let entry = colors.entry(share(value))
      for channel in 0..<4 { pixels[4 * index + channel] = overlay[entry][channel] }
    }
    return pixels
  }
}
