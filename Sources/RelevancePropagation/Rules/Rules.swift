/// All rules: what the command lists, the documentation tabulates and the tests cover.
public enum Rules {
  public static let all: [any Rule.Type] = [
    ZeroRule.self,
    EpsilonRule.self,
    GammaRule.self,
    GeneralizedGammaRule.self,
    ZPlusRule.self,
    AlphaBetaRule.self,
    AlphaBetaXRule.self,
    FlatRule.self,
    SquaredWeightsRule.self,
    BoxRule.self,
    PassRule.self,
    WinnerTakesAllRule.self,
    PNormRule.self,
    GradientRule.self,
    RectifierRule.self,
  ]

  /// The rule of a name, with parameters by name; what is not given has the profile's default.
  ///
  /// ```swift
  /// let rule = try Rules.make("gamma", ["gamma": 0.5, "bias": "none"])
  /// ```
  /// - Parameters:
  ///   - low: bounds of the network's input per channel: the box rule's where none are given; `high` likewise.
  ///   - all: where the name is looked up.
  /// - Throws: `RuleArgumentError` naming the rule or parameter, and what there is.
  public static func make(
    _ name: String, _ parameters: [String: RuleValue] = [:], profile: Profile = .zennit, low: [Float]? = nil,
    high: [Float]? = nil, among all: [any Rule.Type] = Rules.all
  ) throws -> any Rule {
    guard let type = all.first(where: { $0.name == name }) else {
      throw RuleArgumentError(
        owner: "rules", problem: "no rule \"\(name)\"",
        remedy: "there are \(all.map { $0.name }.joined(separator: ", "))")
    }
    return try make(type, parameters, profile: profile, low: low, high: high)
  }

  static func make<R: Rule>(
    _ type: R.Type, _ parameters: [String: RuleValue], profile: Profile, low: [Float]?, high: [Float]?
  ) throws -> R {
    guard !profile.missing.contains(type.name) else {
      throw RuleArgumentError(
        owner: "profile \(profile.name)", problem: "that package has no rule \(type.name)",
        remedy: "use another profile or rule")
    }
    var arguments = RuleArguments(for: "rule \(type.name)", parameters, profile: profile, low: low, high: high)
    let rule = try type.init(arguments: &arguments)
    try arguments.finish()
    return rule
  }
}
