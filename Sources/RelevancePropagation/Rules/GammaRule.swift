/// LRP-γ in the seed's form: R_i = Σ_k a_i·(w_ik + γ·w_ik⁺) / Σ_i a_i·(w_ik + γ·w_ik⁺) · R_k, the bias as unit 0.
///
/// For layers after a rectifier (a ≥ 0); where inputs may be negative use `GeneralizedGammaRule`.
/// Source: Montavon et al. 2019, section 10.2.3.
public struct GammaRule: Rule {
  public static let name = "gamma"
  public static let summary = "a·(w + γw⁺) / Σ: favours positive contributions (Montavon et al. 2019, 10.2.3)"

  /// What γ does to the bias in the denominator.
  public enum Bias: String, Sendable, CaseIterable {
    /// b + γ·b⁺, as unit 0 of the sum: the seed and its tutorial.
    case favoured
    /// b: captum.
    case plain
    /// No bias.
    case none
    /// b + γ·b⁺, handed to the unit's n inputs, 1/n each.
    case distribute
  }

  public var gamma: Float
  public var bias: Bias
  public var stabilizer: Stabilizer

  public init(gamma: Float = 0.25, bias: Bias = .favoured, stabilizer: Stabilizer = .tutorial) {
    self.gamma = gamma
    self.bias = bias
    self.stabilizer = stabilizer
  }

  public init(arguments: inout RuleArguments) throws {
    gamma = try arguments.number("gamma", default: 0.25, atLeast: 0)
    bias = try arguments.choice("bias", default: arguments.profile.gammaBias)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] {
    [
      RuleParameter("gamma", gamma), RuleParameter("bias", bias.rawValue),
      RuleParameter("stabilizer", stabilizer),
    ]
  }

  public var propagation: Propagation {
    let favoured = SignedPart(positive: 1 + gamma, negative: 1)
    let biasPart: BiasPart =
      switch bias {
      case .favoured, .distribute: .signed(favoured)
      case .plain: .all
      case .none: .none
      }
    return .shares(
      [Share(terms: [.init(.all, .signed(favoured), biasPart)], distributesBias: bias == .distribute)], stabilizer)
  }
}
