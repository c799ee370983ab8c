/// z⁺: only positive contributions count, R_i = Σ_k (a_i⁺·w_ik⁺ + a_i⁻·w_ik⁻) / Σ_i(…) · R_k. αβ with α = 1, β = 0.
///
/// Source: Montavon et al. 2017 (deep Taylor), where the bias is left out; zennit and the LRP toolbox add b⁺.
public struct ZPlusRule: Rule {
  public static let name = "z-plus"
  public static let summary = "positive contributions only, the deep Taylor rule z⁺ (Montavon et al. 2017)"

  /// What of the bias stands in the denominator.
  public enum Bias: String, Sendable {
    case positive = "b+"
    case none = "none"
  }

  public var bias: Bias
  public var stabilizer: Stabilizer

  public init(bias: Bias = .positive, stabilizer: Stabilizer = .zennit) {
    self.bias = bias
    self.stabilizer = stabilizer
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("bias", bias.rawValue), RuleParameter("stabilizer", stabilizer)]
  }

  public var propagation: Propagation {
    .shares(
      [
        Share(terms: [
          .init(.positive, .positive, bias == .positive ? .positive : .none),
          .init(.negative, .negative),
        ])
      ], stabilizer)
  }
}
