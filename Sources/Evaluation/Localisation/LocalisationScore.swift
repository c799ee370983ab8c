/// How well relevance lies on the thing that a mask covers.
///
/// A score is a value; a new one is one file, one test, and one line in `LocalisationScores.all`.
public protocol LocalisationScore: Sendable {
  /// What tables call it.
  var name: String { get }
  /// Which values are good; nil for a ratio of signed sums, which may have any sign and size, and which the negative of a map
  /// shares with the map: told, but nobody is ranked by it.
  var better: Better? { get }

  /// - Throws: `EvaluationError` where mask and map are of different sizes, and where the score is not defined.
  func value(of map: RelevanceMap, in mask: RelevanceMask) throws -> Double
}

/// Which values of a score are good.
public enum Better: String, Sendable, Codable { case higher, lower }

/// All scores of a map against a mask: what the command tells, the documentation tabulates and the tests cover.
public enum LocalisationScores {
  /// - Parameter tolerance: of the pointing game, in pixels.
  public static func all(tolerance: Double = PointingGame.torchRayTolerance) -> [any LocalisationScore] {
    [
      OutsideInsideRatio(of: .signed), OutsideInsideRatio(of: .positive), InsideShare(),
      InsideShare(isSizeWeighted: true),
      RelevanceMassAccuracy(), RelevanceRankAccuracy(), PointingGame(), PointingGame(tolerance: tolerance),
    ]
  }
}

/// Which relevance a score counts.
public enum RelevancePart: String, Sendable {
  case signed
  case positive

  func of(_ value: Float) -> Double { self == .positive ? max(Double(value), 0) : Double(value) }
}

extension RelevanceMap {
  /// Σ of a part of the relevance inside a mask and outside of it, in Double, row by row.
  /// - Throws: `EvaluationError` where the sizes differ.
  func sums(of part: RelevancePart, in mask: RelevanceMask) throws -> (inside: Double, outside: Double) {
    try mask.requireFit(self)
    var (inside, outside) = (0.0, 0.0)
    for (value, isInside) in zip(values, mask.inside) {
      if isInside { inside += part.of(value) } else { outside += part.of(value) }
    }
    return (inside, outside)
  }
}
