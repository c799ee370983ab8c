/// A number that judges explanations: what it is called, what it looks at, and which values are good.
public struct Score: Sendable, Hashable, Codable {
  public enum Group: String, Sendable, Codable, CaseIterable {
    /// Does the score fall when what is relevant goes?
    case faithfulness
    /// Does relevance lie on the thing?
    case localisation
    /// Do neighbouring images have neighbouring explanations?
    case continuity
    /// How few pixels does the map name?
    case sparsity
    /// What an experiment of the sources found, repeated as it was.
    case experiment
  }

  public let name: String
  public let group: Group
  /// Nil for a number that methods are not ranked by.
  public let better: Better?

  /// Whether its rank counts overall. Sparsity does not: few pixels may be the wrong ones.
  public var countsOverall: Bool { better != nil && group != .sparsity }
}
