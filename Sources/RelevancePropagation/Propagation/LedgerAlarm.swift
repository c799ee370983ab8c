import Foundation

/// What in a ledger should make its reader doubt the heatmap. (NaN is an error: `RelevanceError`.)
public struct LedgerAlarm: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, CaseIterable {
    /// Σ|R| at the layer's output is many times that of the start: positive and negative relevance cancel, as they do
    /// under LRP-0 in deep networks or where denominators nearly vanish.
    case explosion
    /// Relevance at units whose output is 0, which cannot have contributed: it comes from rules that do not look at
    /// activations (flat, w², the gradient) in the layer above.
    case idle
  }

  public let kind: Kind
  public let layer: String
  public let rule: String
  /// Σ|R| over that of the start; for `idle` the share of the layer's Σ|R| at units that are off.
  public let ratio: Double

  public var description: String {
    switch kind {
    case .explosion:
      "\(layer): the sum of |R| is \(String(format: "%.3g", ratio)) times that of the start; positive and negative "
        + "relevance cancel, and the heatmap may be noise (a larger epsilon, or gamma, holds it down)"
    case .idle:
      "\(layer): \(String(format: "%.1f", 100 * ratio)) % of the relevance is at units that are off; the rule of the "
        + "layer above does not look at activations"
    }
  }
}

extension Ledger {
  /// What is alarming in one entry of the batch, from the output to the input.
  ///
  /// - Parameters:
  ///   - explosion: Σ|R| of a layer over Σ|R| of the start above which it is reported. On random networks of 8 to 16
  ///     layers the published composites stay below 11, αβ 2, 1 below 56; LRP-0 reaches 70 to 394, αβ 3, 2 39000.
  ///   - idle: share of a layer's Σ|R| at units that are off.
  public func alarms(entry: Int, explosion: Double = 100, idle: Double = 0.05) -> [LedgerAlarm] {
    guard let start = layers.first?.magnitude[entry], start > 0 else { return [] }
    return layers.flatMap { layer -> [LedgerAlarm] in
      let magnitude = layer.magnitude[entry]
      var found: [LedgerAlarm] = []
      if magnitude > explosion * start {
        found.append(LedgerAlarm(kind: .explosion, layer: layer.node, rule: layer.rule, ratio: magnitude / start))
      }
      if let off = layer.idle?[entry], magnitude > 0, off > idle * magnitude {
        found.append(LedgerAlarm(kind: .idle, layer: layer.node, rule: layer.rule, ratio: off / magnitude))
      }
      return found
    }
  }
}
