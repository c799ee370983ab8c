/// The share of the positive relevance that lies inside the mask, 0 … 1.
///
///     Σ_in R⁺ / Σ R⁺
///
/// Source: Arras et al. 2022 (CLEVR-XAI), with the positive part of the sum over colours. Trap: Quantus'
/// RelevanceMassAccuracy takes signed relevance (Quantus#213), which is `InsideShare` here.
public struct RelevanceMassAccuracy: LocalisationScore {
  public init() {}
  public var name: String { "relevance mass accuracy" }
  public var better: Better? { .higher }

  public func value(of map: RelevanceMap, in mask: RelevanceMask) throws -> Double {
    let (inside, outside) = try map.sums(of: .positive, in: mask)
    guard inside + outside > 0 else { throw EvaluationError("\(name): no pixel has positive relevance") }
    return inside / (inside + outside)
  }
}
