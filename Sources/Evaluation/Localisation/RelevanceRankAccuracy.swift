/// The share of the most relevant pixels that lie inside the mask, as many of them as the mask has, 0 … 1.
///
///     |top-K pixels ∩ mask| / K,  K = |mask|
///
/// Source: Arras et al. 2022 (CLEVR-XAI). Trap: peers cut ties as their sort happens to; here the lower index comes
/// first.
public struct RelevanceRankAccuracy: LocalisationScore {
  public init() {}
  public var name: String { "relevance rank accuracy" }
  public var better: Better? { .higher }

  public func value(of map: RelevanceMap, in mask: RelevanceMask) throws -> Double {
    try mask.requireFit(map)
    let hits = Ranking.descending(map.values).prefix(mask.count).count { mask.inside[Int($0)] }
    return Double(hits) / Double(mask.count)
  }
}
