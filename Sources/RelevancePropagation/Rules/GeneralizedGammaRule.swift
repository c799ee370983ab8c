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

  public var gamma: Float
  public var stabilizer: Stabilizer

  public init(gamma: Float = 0.25, stabilizer: Stabilizer = .zennit) {
    self.gamma = gamma
    self.stabilizer = stabilizer
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("gamma", gamma), RuleParameter("stabilizer", stabilizer)]
  }

  public var propagation: Propagation {
    let up = SignedPart(positive: 1 + gamma, negative: 1)
    let down = SignedPart(positive: 1, negative: 1 + gamma)
    return .shares(
      [
        Share(
          gate: .positiveOutput,
          terms: [.init(.positive, .signed(up), .signed(up)), .init(.negative, .signed(down))]),
        Share(
          gate: .negativeOutput,
          terms: [.init(.positive, .signed(down), .signed(down)), .init(.negative, .signed(up))]),
      ], stabilizer)
  }
}
