import Testing

@testable import RelevancePropagation

/// Whole networks with fan-out against the twin: relevance of several consumers adds up.
@Suite struct WholeNetworkTests {
  @Test(
    "whole networks are the twin's at every layer", arguments: SmallNetwork.all(biased: true, seed: 40),
    RuleSet.all.filter { !($0.rule is ZeroRule) })
  func twin(_ small: SmallNetwork, _ set: RuleSet) throws {
    let seed: UInt64 = 41
    let rules = set.rules(for: small.network)
    let images = SmallNetwork.images(2, seed: seed)
    let found = try DeviceRun(small.network, rules: rules, images: images)
    for n in 0..<2 {
      let twin = TwinNetwork(small.network, image: images[n].scalars)
      let expected = twin.propagate(found.scores[n].scalars, rules: rules)
      for (name, tensor) in found.relevance.layers {
        expectClose(
          tensor[n].scalars, expected[name]!, tolerance: Self.tolerance(set.rule),
          Origin(
            what: "\(set) in \(small), R of \(name), image \(n)", shape: tensor[n].shape, seed: seed,
            filter: "WholeNetworkTests"))
      }
    }
  }

  /// ε near 0, and + ε where z < 0, divide by sums of cancelling numbers: float32 is as far from Double there.
  private static func tolerance(_ rule: any Rule) -> Double {
    switch rule {
    case is ZPlusRule, is AlphaBetaRule, is FlatRule, is SquaredWeightsRule, is GradientRule, is GeneralizedGammaRule:
      1e-5
    default: 1e-3
    }
  }
}
