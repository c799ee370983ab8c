/// Where relevance is known to be 0 wherever a node's output is 0.
///
/// Rules that share by contributions send R' = a ⊙ c: nothing to an input that is 0. Behind a rectifier that allows two
/// things. The pre-activation z need not be kept beside a = max(z, 0): where they differ, R is 0 and so is R / stab(z). And
/// a denominator that is never smaller than z may round like z: where it is small, R is.
struct VanishingRelevance {
  private let network: Network
  private let rules: RuleTable
  private let consumers: [String: [Network.Node]]
  /// Nodes whose output relevance is 0 wherever their output is.
  private let vanishing: Set<String>

  init(_ network: Network, rules: RuleTable) {
    self.network = network
    self.rules = rules
    var consumers: [String: [Network.Node]] = [:]
    for node in network.nodes { for input in node.inputs { consumers[input, default: []].append(node) } }
    self.consumers = consumers
    var vanishing: Set<String> = []
    for node in network.nodes.reversed() where node.name != network.outputName {
      let all = (consumers[node.name] ?? []).allSatisfy { consumer in
        switch rules[consumer.name].propagation {
        case .shares(let shares, _):
          !shares.contains { share in
            share.distributesBias || share.terms.contains { if case .constant = $0.activation { true } else { false } }
          }
        case .winnerTakesAll: vanishing.contains(consumer.name)
        case .pass:
          vanishing.contains(consumer.name) && (RuleTable.rearranges(consumer.layer) || consumer.layer is ReLU)
        case .gradient, .guidedGradient, .deconvolution, .smoothGradient: false
        }
      }
      if all { vanishing.insert(node.name) }
    }
    self.vanishing = vanishing
  }

  /// Whether relevance is 0 wherever this node's output is.
  func contains(_ node: String) -> Bool { vanishing.contains(node) }

  /// The rectifier behind a node, where it alone reads the node, passes relevance unchanged, and receives none where it is
  /// off.
  func rectifier(behind node: Network.Node) -> Network.Node? {
    guard let readers = consumers[node.name], readers.count == 1, readers[0].layer is ReLU,
      case .pass = rules[readers[0].name].propagation, vanishing.contains(readers[0].name),
      node.name != network.outputName
    else { return nil }
    return readers[0]
  }

  /// Nodes whose output nobody reads but in its rectified form: no rule, no statistic, nothing that is kept.
  func rectifiedInPlace(_ options: PropagationOptions) -> Set<String> {
    let read = Set(options.filters.map(\.layer))
    return Set(
      network.nodes.filter { node in
        guard rectifier(behind: node) != nil, !options.keeps(node.name), !read.contains(node.name) else { return false }
        guard case .shares(_, let stabilizer) = rules[node.name].propagation else { return false }
        return stabilizer.relative == 0
      }.map(\.name))
  }
}
