import Foundation

/// Which relevance gets the strongest colour of a heatmap: the bound b of its range −b … b. Zero stays in the middle.
public enum Normalization: Sendable, Hashable, CustomStringConvertible {
  /// b = 10 · ∛mean(|R|³), as the authors of the method draw their VGG-16 heatmaps (heatmapping.org).
  case seed
  /// b = max |R|.
  case maximum
  /// b = the p-th percentile of |R|, p in 0 … 100, between values linearly.
  case percentile(Double)
  /// b as given: for pictures that are to be compared.
  case fixed(Double)

  /// Reads `seed`, `max`, `percentile:99.5` or a positive number.
  /// - Throws: `NormalizationError` saying what was expected.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("seed", 1): self = .seed
    case ("max", 1): self = .maximum
    case ("percentile", 2):
      guard let p = Double(parts[1]), (0...100).contains(p) else {
        throw NormalizationError("'\(text)': expected a percentile between 0 and 100, such as percentile:99.5")
      }
      self = .percentile(p)
    default:
      guard let value = Double(text), value > 0, value.isFinite else {
        throw NormalizationError("'\(text)': expected seed, max, percentile:P or a positive number")
      }
      self = .fixed(value)
    }
  }

  /// As `init(parsing:)` reads it.
  public var description: String {
    switch self {
    case .seed: "seed"
    case .maximum: "max"
    case .percentile(let p): "percentile:\(p)"
    case .fixed(let value): "\(value)"
    }
  }

  func bound(of values: [Float]) -> Double {
    switch self {
    case .seed:
      10 * cbrt(values.reduce(0) { $0 + pow(abs(Double($1)), 3) } / Double(values.count))
    case .maximum:
      Double(values.reduce(0) { max($0, abs($1)) })
    case .percentile(let p):
      Self.percentile(p, of: values.map(abs).sorted())
    case .fixed(let value):
      value
    }
  }

  private static func percentile(_ p: Double, of sorted: [Float]) -> Double {
    precondition((0...100).contains(p), "percentile \(p)")
    let position = p / 100 * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return Double(sorted[below]) + (Double(sorted[above]) - Double(sorted[below])) * (position - Double(below))
  }
}

/// Text that is no normalization.
public struct NormalizationError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
