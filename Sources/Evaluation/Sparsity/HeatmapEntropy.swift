import Foundation

/// Entropy of the shares of |R| in nats: 0 where one pixel has all, ln n where all n have the same.
///
///     H = −Σ p·ln p,  p = |R| / Σ|R|
///
/// Source: Bhatt et al. 2020 (complexity). Equals Quantus' Complexity.
public struct HeatmapEntropy: SparsityScore {
  public init() {}
  public var name: String { "entropy" }
  public var better: Better { .lower }

  public func value(of map: RelevanceMap) -> Double {
    let sum = map.values.reduce(0.0) { $0 + Double(abs($1)) }
    return -map.values.reduce(0.0) { total, value in
      guard value != 0 else { return total }
      let share = Double(abs(value)) / sum
      return total + share * log(share)
    }
  }
}
