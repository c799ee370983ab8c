extension PlanBuilder {
  /// For every step, whose it is and in which pass: the label of its launches in an engine's records. Steps between the
  /// nodes' own are the ledger's sums.
  var stepLabels: [String] {
    var labels = steps.map { _ in "ledger backward" }
    for (node, range) in stepsOfNode {
      for step in range { labels[step] = "\(network.nodes[node].name) backward" }
    }
    return labels
  }
}
