/// LRP-γ for inputs and outputs of any sign: contributions of the output's own sign are favoured.
///
///     z > 0:  a⁺·(w + γw⁺) + a⁻·(w + γw⁻), bias b + γb⁺
///     z < 0:  a⁺·(w + γw⁻) + a⁻·(w + γw⁺), bias b + γb⁻
///     z = 0:  nothing is propagated
///
/// Equals `GammaRule` where a ≥ 0 and z > 0. Source: zennit's Gamma; Andéol et al. 2021, eq. 8.
public struct GeneralizedGammaRule: Rule {
  public static let name = "gamma-generalized"
  public static let summary = "γ rule by the signs of inputs and outputs (zennit's Gamma; Andéol et al. 2021)"

  public enum Bias: String, Sendable, CaseIterable {
    /// b + γ·b⁺ where z > 0, b + γ·b⁻ where z < 0.
    case favoured
    /// None in the denominators; the sign is still that of z with its bias (zennit's `zero_params='bias'`).
    case none
    /// As favoured, and handed to the unit's n inputs, 1/n each.
    case distribute
  }

  public var gamma: Float
  public var bias: Bias
  public var stabilizer: Stabilizer

  public init(gamma: Float = 0.25, bias: Bias = .favoured, stabilizer: Stabilizer = .zennit) {
    self.gamma = gamma
    self.bias = bias
    self.stabilizer = stabilizer
  }

  public init(arguments: inout RuleArguments) throws {
    gamma = try arguments.number("gamma", default: 0.25, atLeast: 0)
    bias = try arguments.choice("bias", default: .favoured)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("gamma", gamma)] + (bias == .favoured ? [] : [RuleParameter("bias", bias.rawValue)])
      + [RuleParameter("stabilizer", stabilizer)]
  }

  public var propagation: Propagation {
    let up = SignedPart(positive: 1 + gamma, negative: 1)
    let down = SignedPart(positive: 1, negative: 1 + gamma)
    func share(_ gate: Share.Gate, _ own: SignedPart, _ other: SignedPart) -> Share {
      Share(
        gate: gate,
        terms: [
          .init(.positive, .signed(own), bias == .none ? .none : .signed(own)), .init(.negative, .signed(other)),
        ], distributesBias: bias == .distribute)
    }
    return .shares([share(.positiveOutput, up, down), share(.negativeOutput, down, up)], stabilizer)
  }
}
