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

  static let all: [RuleSet] = RuleSamples.all(channels: 1).filter {
    RuleSamples.fits($0, Dense(weight: Tensor(repeating: 1, shape: [1, 1]), bias: nil))
  }.map { RuleSet(rule: $0) }
}
