/// How few pixels a map names: a number of the map alone.
public protocol SparsityScore: Sendable {
  /// What tables call it.
  var name: String { get }
  var better: Better { get }
  func value(of map: RelevanceMap) -> Double
}

/// All scores of a map alone.
public enum SparsityScores {
  public static let all: [any SparsityScore] = [GiniIndex(), HeatmapEntropy()]
}
