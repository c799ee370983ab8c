/// What a preset builds its composite from: the network, its input's bounds, the profile, and parameters by name.
struct PresetContext {
  let network: Network
  let low: [Float]
  let high: [Float]
  let profile: Profile
  var arguments: RuleArguments

  /// A rule with the profile's conventions where a parameter is not given.
  func rule<R: Rule>(_ type: R.Type, _ parameters: [String: RuleValue] = [:]) throws -> R {
    try Rules.make(type, parameters, profile: profile, low: low, high: high)
  }

  /// γ in the profile's form. Parameters `gamma` and `stabilizer` of the composite.
  mutating func gamma() throws -> any Rule {
    let value = try arguments.number("gamma", default: 0.25, atLeast: 0)
    let stabilizer = try stabilizer()
    if profile.generalizesGamma {
      var rule = try rule(GeneralizedGammaRule.self, ["gamma": .number(Double(value))])
      rule.stabilizer = stabilizer
      return rule
    }
    var rule = try rule(GammaRule.self, ["gamma": .number(Double(value))])
    rule.stabilizer = stabilizer
    return rule
  }

  /// ε, with the composite's parameter `epsilon`.
  mutating func epsilon(_ other: Float? = nil) throws -> EpsilonRule {
    let value = other ?? profile.stabilizer.epsilon
    return EpsilonRule(
      try arguments.stabilizer("epsilon", default: Stabilizer(value, sign: profile.epsilonSign)))
  }

  /// The composite's parameter `stabilizer`, for every rule but ε.
  mutating func stabilizer() throws -> Stabilizer {
    try arguments.stabilizer("stabilizer", default: profile.stabilizer)
  }

  mutating func box() throws -> BoxRule {
    var rule = try rule(BoxRule.self)
    rule.stabilizer = try stabilizer()
    return rule
  }

  mutating func flat() throws -> FlatRule {
    var rule = try rule(FlatRule.self)
    rule.stabilizer = try stabilizer()
    return rule
  }

  mutating func zPlus(_ parameters: [String: RuleValue] = [:]) throws -> ZPlusRule {
    var rule = try rule(ZPlusRule.self, parameters)
    rule.stabilizer = try stabilizer()
    return rule
  }

  /// αβ with a fixed α; its own stabilizer where the profile has one.
  mutating func alphaBeta(_ alpha: Double) throws -> AlphaBetaRule {
    var rule = try rule(AlphaBetaRule.self, ["alpha": .number(alpha)])
    rule.stabilizer = try arguments.stabilizer("stabilizer", default: rule.stabilizer)
    return rule
  }

  /// What every composite ends with: rearranging layers pass relevance on, sums and averages share in proportion, a
  /// maximum's relevance goes to the winner or as the profile has it.
  func base() -> [Composite.Assignment] {
    let pooling: any Rule =
      switch profile.maxPooling {
      case .winner(let sharingTies): WinnerTakesAllRule(sharingTies: sharingTies)
      case .average: EpsilonRule(profile.averaging)
      }
    return [
      .init(.types([MaxPooling.typeName]), pooling),
      .init(
        .types([Addition.typeName, AveragePooling.typeName, AdaptiveAveragePooling.typeName]),
        EpsilonRule(profile.averaging)),
      .init(
        .types([
          ReLU.typeName, BatchNormalization.typeName, LocalResponseNormalization.typeName, Concatenation.typeName,
          Reshape.typeName, Dropout.typeName, Identity.typeName,
        ]), PassRule()),
    ]
  }

  /// The base of gradients: the plain gradient everywhere.
  static let gradientBase: [Composite.Assignment] = [
    .init(
      .types([Concatenation.typeName, Reshape.typeName, Dropout.typeName, Identity.typeName]), PassRule()),
    .init(.any, GradientRule()),
  ]
}
