extension [Step] {
  /// For every step, whose it is and in which pass: the label of its launches in an engine's records. A step that names no
  /// node belongs to the one before it; sums of relevance are the ledger's.
  func labels(in network: Network) -> [String] {
    var label = "\(network.outputName) backward"
    return map { step in
      if case .count = step { return "ledger backward" }
      if let node = step.node { label = "\(network.nodes[node].name) backward" }
      return label
    }
  }
}
