/// Composites by name, as the literature and the peers define them.
///
/// zennit's keep zennit's names and defaults. Each has a profile of its own whose conventions hold where nothing is said;
/// with another profile it gives that package's numbers. A rule's name is a preset too: all layers with weights get it.
public struct Preset: Sendable {
  public let name: String
  public let summary: String
  /// Parameters given for the composite (`epsilon_gamma_box:gamma=0.5`) or the rule.
  public var parameters: [String: RuleValue] = [:]
  public var profile: Profile
  /// Gradients start from 1 at the explained class, relevance from its logit, unless the profile says otherwise.
  public let isGradient: Bool
  private let usesBase: Bool
  private let make: @Sendable (inout PresetContext) throws -> [Composite.Assignment]

  init(
    name: String, summary: String, profile: Profile = .zennit, isGradient: Bool = false,
    usesBase: Bool = true, make: @escaping @Sendable (inout PresetContext) throws -> [Composite.Assignment]
  ) {
    self.name = name
    self.summary = summary
    self.profile = profile
    self.isGradient = isGradient
    self.usesBase = usesBase
    self.make = make
  }

  /// Where relevance starts.
  public var start: Profile.Start { isGradient ? profile.gradientStart : profile.start }

  /// The composite for one network; `low` and `high` are the bounds of its input, per channel, for the box rule.
  ///
  /// - Throws: `RuleArgumentError` for parameters that do not fit, and rules the profile's package does not have.
  public func composite(for network: Network, low: [Float], high: [Float]) throws -> Composite {
    var context = PresetContext(
      network: network, low: low, high: high, profile: profile,
      arguments: RuleArguments(for: "composite \(name)", parameters, profile: profile, low: low, high: high))
    let assignments = try make(&context)
    try context.arguments.finish()
    let base = isGradient ? PresetContext.gradientBase : context.base()
    return Composite(name: name, assignments: assignments + (usesBase ? base : []))
  }

  public static let all: [Preset] = seeds + zennitPresets + deepTaylorPresets + innvestigatePresets + gradientPresets

  static let convolutions = [Convolution.typeName]
  static let denses = [Dense.typeName]
  static let weighted = convolutions + denses
  static let poolings = [MaxPooling.typeName, AveragePooling.typeName]
}

/// A composite that does not exist.
public struct UnknownPreset: Error, CustomStringConvertible {
  public let name: String
  public var description: String {
    "no composite \"\(name)\"; there are \(Preset.all.map(\.name).joined(separator: ", ")), "
      + "any rule's name for all layers (see relprop rules), or a .json file"
  }
}
