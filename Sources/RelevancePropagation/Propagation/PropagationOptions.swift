/// What a propagation keeps and counts.
public struct PropagationOptions: Sendable {
  /// Which nodes' relevance is kept beside that at the input.
  public enum Keeping: Sendable {
    case inputOnly
    case all
    case nodes(Set<String>)
  }

  /// Relevance vectors per image: several classes of one image share its forward pass and all denominators.
  public var targets: Int
  public var keeping: Keeping
  /// Whether relevance in and out of every layer is counted.
  public var ledger: Bool
  /// Channels that alone pass relevance on; filters of several layers hold at once.
  public var filters: [LayerFilter]

  public init(targets: Int = 1, keeping: Keeping = .inputOnly, ledger: Bool = true, filters: [LayerFilter] = []) {
    precondition(targets > 0, "targets \(targets)")
    self.targets = targets
    self.keeping = keeping
    self.ledger = ledger
    self.filters = filters
  }

  /// Whether relevance of any layer is kept.
  public var keepsLayers: Bool { if case .inputOnly = keeping { false } else { true } }

  func keeps(_ name: String) -> Bool {
    switch keeping {
    case .inputOnly: false
    case .all: true
    case .nodes(let names): names.contains(name)
    }
  }
}
