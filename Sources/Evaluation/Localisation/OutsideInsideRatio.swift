/// Mean relevance outside the mask over mean relevance inside: how much the network looks at the surroundings.
///
///     μ = (Σ_out R / |out|) / (Σ_in R / |in|)
///
/// 0 where all relevance is inside, 1 where a pixel outside counts as much as one inside.
/// Source: Lapuschkin et al., "Analyzing classifiers: Fisher vectors and deep neural networks", 2016 (there of
/// bounding boxes). Trap: signed relevance may cancel inside, and the ratio then is anything; hence also that of R⁺.
public struct OutsideInsideRatio: LocalisationScore {
  public let part: RelevancePart
  public init(of part: RelevancePart = .signed) { self.part = part }

  public var name: String { "outside/inside ratio" + (part == .positive ? " of R⁺" : "") }
  public var better: Better? { part == .positive ? .lower : nil }

  public func value(of map: RelevanceMap, in mask: RelevanceMask) throws -> Double {
    let (inside, outside) = try map.sums(of: part, in: mask)
    guard mask.count < map.count else {
      throw EvaluationError("\(name): the mask covers all \(map.count) pixels, and nothing is outside")
    }
    guard inside != 0 else { throw EvaluationError("\(name): the relevance inside the mask sums to 0") }
    return (outside / Double(map.count - mask.count)) / (inside / Double(mask.count))
  }
}
