/// What a propagation found: relevance at the input, at the layers that were asked for, and the ledger.
public struct Relevance: Sendable {
  /// `[N · targets, C, H, W]`.
  public let input: Tensor
  /// Relevance at the output of nodes, `[N · targets, …]`, by name; with the input where all were asked for.
  public let layers: [String: Tensor]
  /// Relevance in and out of every layer, where it was counted.
  public let ledger: Ledger?
}

/// Relevance that is not a number: an explosion or 0/0, never drawn as a picture.
public struct RelevanceError: Error, CustomStringConvertible {
  public let node: String
  public let rule: String
  public let count: Int
  public var description: String {
    "\(node) (\(rule)): \(count) relevance value(s) are NaN or infinite; are the weights finite, and does the rule "
      + "suit the layer? (negative inputs under gamma: use gamma-generalized; a larger stabilizer helps)"
  }
}
