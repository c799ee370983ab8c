/// The share of all relevance that lies inside the mask, signs kept.
///
///     μ = Σ_in R / Σ R,  weighted by size: μ · |image| / |in|
///
/// Source: Kohlbrenner et al. 2020 (inside–total ratio). Traps: not between 0 and 1 where relevance has both
/// signs, and unstable where Σ R is near 0. Quantus' weighted form (AttributionLocalisation) takes the size of the batch axis
/// for that of the image; this one does not.
public struct InsideShare: LocalisationScore {
  public let isSizeWeighted: Bool
  public init(isSizeWeighted: Bool = false) { self.isSizeWeighted = isSizeWeighted }

  public var name: String { "inside share" + (isSizeWeighted ? ", size-weighted" : "") }
  public var better: Better? { nil }

  public func value(of map: RelevanceMap, in mask: RelevanceMask) throws -> Double {
    let (inside, outside) = try map.sums(of: .signed, in: mask)
    guard inside + outside != 0 else { throw EvaluationError("\(name): the relevance of all pixels sums to 0") }
    return inside / (inside + outside) * (isSizeWeighted ? Double(map.count) / Double(mask.count) : 1)
  }
}
