/// How unequally relevance is spread over the pixels: 0 where all have the same |R|, near 1 where one has all.
///
///     G = Σ_k (2k − n − 1)·r_k / (n·Σ r),  r = |R| in rising order, k = 1 … n
///
/// Source: Hurley and Rickard 2009; for explanations Chalasani et al. 2020. Equals Quantus' Sparseness.
public struct GiniIndex: SparsityScore {
  public init() {}
  public var name: String { "Gini index" }
  public var better: Better { .higher }

  public func value(of map: RelevanceMap) -> Double {
    let magnitudes = map.values.map(abs)
    let n = magnitudes.count
    var (weighted, sum) = (0.0, 0.0)
    for (rank, index) in Ranking.ascending(magnitudes).enumerated() {
      let magnitude = Double(magnitudes[Int(index)])
      weighted += Double(2 * (rank + 1) - n - 1) * magnitude
      sum += magnitude
    }
    return weighted / (Double(n) * sum)
  }
}
