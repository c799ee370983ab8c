import Testing

@testable import RelevancePropagation

/// What a layer cannot carry is refused by name; nothing is replaced silently.
@Suite struct RuleTableTests {
  @Test("every rule has samples and a name of its own")
  func everyRuleIsCovered() {
    for type in Rules.all { #expect(!RuleSamples.samples(of: type, channels: 2).isEmpty, "\(type) has no samples") }
    #expect(Set(Rules.all.map { $0.name }).count == Rules.all.count)
    for type in Rules.all { #expect(!type.summary.isEmpty) }
  }

  @Test("every layer type has a case")
  func everyLayerIsCovered() {
    let covered = Set(LayerCase.all.map(\.layer.typeName))
    for type in UnsupportedLayer.supported { #expect(covered.contains(type), "no case for \(type)") }
  }

  @Test("a rule is accepted where it fits and refused by name where it does not", arguments: LayerCase.all)
  func matrix(_ layerCase: LayerCase) throws {
    let channels = layerCase.network.shapes[layerCase.network["layer"]!.inputs[0]]![0]
    for rule in RuleSamples.all(channels: channels) {
      let rules = layerCase.rules(rule)
      if RuleSamples.fits(rule, layerCase.layer) {
        #expect(throws: Never.self, "\(rule.label) at \(layerCase)") { try RuleTable(rules, for: layerCase.network) }
      } else {
        let error = #expect(throws: RuleError.self, "\(rule.label) at \(layerCase)") {
          try RuleTable(rules, for: layerCase.network)
        }
        let text = error.map(String.init(describing:)) ?? ""
        #expect(text.hasPrefix("layer: \(rule.label) at a \(layerCase.layer.typeName): "), "\(text)")
        #expect(error?.remedy.isEmpty == false, "\(text)")
      }
    }
  }

  @Test("the remedy of a refusal is not refused in turn", arguments: LayerCase.all)
  func remediesWork(_ layerCase: LayerCase) throws {
    let rulesByName: [String: any Rule] = [
      "use epsilon": EpsilonRule(), "use pass": PassRule(), "use winner-takes-all": WinnerTakesAllRule(),
      "use gradient": GradientRule(), "use epsilon, zero or flat": FlatRule(),
    ]
    for rule in RuleSamples.all(channels: 1) where !RuleSamples.fits(rule, layerCase.layer) {
      guard let problem = RuleTable.problem(rule, at: layerCase.layer), let remedy = rulesByName[problem.1] else {
        continue
      }
      #expect(
        RuleTable.problem(remedy, at: layerCase.layer) == nil, "\(rule.label) at \(layerCase): \(problem.1)")
    }
  }

  @Test("a node without a rule, and a rule without a node, are named")
  func gapsAndStrays() throws {
    let network = try Network.chain([("relu1", ReLU()), ("relu2", ReLU())], input: [3])
    let gap = #expect(throws: RuleError.self) { try RuleTable(["relu1": PassRule()], for: network) }
    #expect(gap?.description == "relu2: no rule for a ReLU; assign one")
    let stray = #expect(throws: RuleError.self) {
      try RuleTable(["relu1": PassRule(), "relu2": PassRule(), "relu3": PassRule()], for: network)
    }
    #expect(stray?.description == "relu3: a rule for a node that does not exist; check the name")
  }

  @Test("bounds that do not fit the channels are refused by name")
  func boundsPerChannel() throws {
    var random = SplitMix64(seed: 5)
    let network = try Network.single(LayerCase.convolution(&random, [2, 3, 1, 1]), input: [3, 2, 2])
    for rule in [BoxRule(low: [0, 0], high: [1, 1]), BoxRule(low: [0, 0, 0], high: [1])] {
      if rule.low.count == 3 {
        #expect(throws: Never.self) { try RuleTable(["layer": rule], for: network) }
      } else {
        let error = #expect(throws: RuleError.self) { try RuleTable(["layer": rule], for: network) }
        #expect(error?.description.contains("2 bounds for 3 channels") == true)
      }
    }
  }
}
