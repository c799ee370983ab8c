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

extension Step {
  /// The node it computes for, where it names one.
  var node: Int? {
    switch self {
    case .apply(let node, _, _, _, _, _), .biasShare(let node, _, _, _, _, _), .transpose(let node, _, _, _, _, _, _),
      .product(_, let node, _, _), .route(let node, _, _, _, _), .rectify(let node, _, _, _, _, _),
      .shiftedOutput(let node, _, _, _, _), .stackedTranspose(let node, _, _, _, _):
      node
    case .count(let count): count.node
    case .statistic, .quotient, .copy, .rearrange, .filter: nil
    }
  }
}
