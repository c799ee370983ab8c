@testable import RelevancePropagation

/// One rule for all layers with weights, and what the literature does at the others.
struct RuleSet: Sendable, CustomStringConvertible {
  let rule: any Rule
  var description: String { rule.label }

  func rules(for network: Network) -> [String: any Rule] {
    var rules: [String: any Rule] = [:]
    for node in network.nodes {
      rules[node.name] =
        switch node.layer {
        case is Convolution, is Dense, is BatchNormalization: rule
        case is MaxPooling: rule is GradientRule ? GradientRule() : WinnerTakesAllRule()
        case is Addition, is AveragePooling, is AdaptiveAveragePooling:
          rule is GradientRule ? GradientRule() : EpsilonRule()
        case is ReLU: rule is GradientRule ? GradientRule() : PassRule()
        default: PassRule()
        }
    }
    return rules
  }

  /// The same with max poolings treated by `pooling`.
  func table(for network: Network, pooling: any Rule) throws -> RuleTable {
    let poolings = network.nodes.filter { $0.layer is MaxPooling }.map { ($0.name, pooling) }
    return try RuleTable(rules(for: network).merging(poolings) { $1 }, for: network)
  }

  static let all: [RuleSet] = RuleSamples.all(channels: 1).filter {
    RuleSamples.fits($0, Dense(weight: Tensor(repeating: 1, shape: [1, 1]), bias: nil))
  }.map { RuleSet(rule: $0) }
}
