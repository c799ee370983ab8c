/// One implementation's conventions: what its rules do where the papers leave a choice.
///
/// Data, read by the rules and presets wherever a parameter is not given, so that the numbers are that package's numbers.
/// The table of all of them is in Documentation/Profiles.md.
public struct Profile: Sendable {
  public let name: String
  public let summary: String

  /// Of every rule but ε.
  public var stabilizer: Stabilizer
  /// Of αβ, where it differs.
  public var alphaBetaStabilizer: Stabilizer?
  /// The sign of ε.
  public var epsilonSign: Stabilizer.Sign
  /// Added to a relative ε, so that it guards also where all z are 0.
  public var epsilonFloor: Float

  /// By signs of inputs and outputs (`GeneralizedGammaRule`), or as the seed writes it.
  public var generalizesGamma: Bool
  public var gammaBias: GammaRule.Bias
  public var zPlusBias: ZPlusRule.Bias
  public var zPlusInputs: ZPlusRule.Inputs
  public var alphaBetaBias: AlphaBetaRule.Bias
  public var squaredBias: SquaredWeightsRule.Bias

  public var maxPooling: MaxPoolingTreatment
  /// At sums and averages.
  public var averaging: Stabilizer
  /// Whether poolings carry the rule of a composite that gives all layers one rule.
  public var poolingsCarryRules: Bool

  /// Where relevance starts.
  public var start: Start
  /// Where gradients and their variants start.
  public var gradientStart: Start

  /// Names of rules the package does not have; asking for one is an error.
  public var missing: Set<String>

  public enum MaxPoolingTreatment: Sendable, Hashable {
    case winner(sharingTies: Bool)
    /// As a mean, with the rule of its part of the network.
    case average
  }

  /// The relevance of the explained class at the output.
  public enum Start: String, Sendable, Hashable, CaseIterable {
    case logit
    case one
  }

  /// - Throws: `UnknownProfile` listing all names.
  public static func named(_ name: String) throws -> Profile {
    guard let profile = all.first(where: { $0.name == name }) else { throw UnknownProfile(name: name) }
    return profile
  }

  public static let all: [Profile] = [.seed, .zennit, .captum, .innvestigate, .toolbox]

  /// The seed paper (Montavon et al. 2019) and its authors' VGG-16 tutorial.
  public static let seed = Profile(
    name: "seed", summary: "the heatmapping.org tutorial: +1e-9 unsigned, b + γb⁺, max pooling as average",
    stabilizer: .tutorial, epsilonSign: .positive, epsilonFloor: 1e-9, generalizesGamma: false, gammaBias: .favoured,
    zPlusBias: .none, alphaBetaBias: .split, squaredBias: .none, maxPooling: .average, averaging: .tutorial)

  /// zennit 0.5.1.
  public static let zennit = Profile(
    name: "zennit", summary: "zennit 0.5.1: ±1e-6, γ by signs, b⁺ and b⁻, first maximum", stabilizer: .zennit,
    zPlusBias: .positive, alphaBetaBias: .split, squaredBias: .square, averaging: .zennit, gradientStart: .one)

  /// captum 0.9.0. Its Alpha1_Beta0_Rule is `z-plus` with the full bias and inputs as they are.
  public static let captum = Profile(
    name: "captum", summary: "captum 0.9: ±1e-9, γ leaves b alone, z⁺ with the full b and inputs of any sign",
    stabilizer: Stabilizer(1e-9), generalizesGamma: false, gammaBias: .plain, zPlusBias: .full, zPlusInputs: .whole,
    averaging: Stabilizer(1e-9), gradientStart: .one,
    missing: [
      GeneralizedGammaRule.name, AlphaBetaRule.name, AlphaBetaXRule.name, FlatRule.name, SquaredWeightsRule.name,
      BoxRule.name, PNormRule.name,
    ])

  /// iNNvestigate 2.1.2, with its defect: αβ adds the full b to both sums (albermax/innvestigate issue 273).
  public static let innvestigate = Profile(
    name: "innvestigate", summary: "iNNvestigate 2.1: 1e-7 only at z = 0, αβ with the full b in both sums (a defect)",
    stabilizer: Stabilizer(1e-7, sign: .atZero), zPlusBias: .none, alphaBetaBias: .full, squaredBias: .none,
    averaging: Stabilizer(1e-7, sign: .atZero), gradientStart: .logit,
    missing: [GammaRule.name, GeneralizedGammaRule.name, PNormRule.name])

  /// lrp_toolbox, Python.
  public static let toolbox = Profile(
    name: "toolbox", summary: "LRP toolbox (Python): ±1e-16, ties share, poolings carry the rule, αβ doubles there",
    stabilizer: Stabilizer(1e-16), alphaBetaStabilizer: Stabilizer(1e-16, sign: .positive), zPlusBias: .positive,
    alphaBetaBias: .split, squaredBias: .none, maxPooling: .winner(sharingTies: true), averaging: Stabilizer(1e-12),
    poolingsCarryRules: true,
    missing: [GammaRule.name, GeneralizedGammaRule.name, ZPlusRule.name, AlphaBetaXRule.name, BoxRule.name])

  public init(
    name: String, summary: String, stabilizer: Stabilizer, alphaBetaStabilizer: Stabilizer? = nil,
    epsilonSign: Stabilizer.Sign = .signed, epsilonFloor: Float = 0, generalizesGamma: Bool = true,
    gammaBias: GammaRule.Bias = .favoured, zPlusBias: ZPlusRule.Bias, zPlusInputs: ZPlusRule.Inputs = .bySign,
    alphaBetaBias: AlphaBetaRule.Bias = .split, squaredBias: SquaredWeightsRule.Bias = .none,
    maxPooling: MaxPoolingTreatment = .winner(sharingTies: false), averaging: Stabilizer,
    poolingsCarryRules: Bool = false, start: Start = .logit, gradientStart: Start = .one, missing: Set<String> = []
  ) {
    self.name = name
    self.summary = summary
    self.stabilizer = stabilizer
    self.alphaBetaStabilizer = alphaBetaStabilizer
    self.epsilonSign = epsilonSign
    self.epsilonFloor = epsilonFloor
    self.generalizesGamma = generalizesGamma
    self.gammaBias = gammaBias
    self.zPlusBias = zPlusBias
    self.zPlusInputs = zPlusInputs
    self.alphaBetaBias = alphaBetaBias
    self.squaredBias = squaredBias
    self.maxPooling = maxPooling
    self.averaging = averaging
    self.poolingsCarryRules = poolingsCarryRules
    self.start = start
    self.gradientStart = gradientStart
    self.missing = missing
  }
}

/// A profile that does not exist.
public struct UnknownProfile: Error, CustomStringConvertible {
  public let name: String
  public var description: String {
    "no profile \"\(name)\"; there are \(Profile.all.map(\.name).joined(separator: ", "))"
  }
}
