/// αβ: positive contributions weigh α, negative ones −β, each normalised by itself; α − β = 1.
///
///     R_i = Σ_k (α·(a_i·w_ik)⁺ / z_k⁺ − β·(a_i·w_ik)⁻ / z_k⁻) · R_k
///
/// z⁺ holds b⁺ and z⁻ holds b⁻ (or neither). A unit without any negative contribution passes on α·R (all peers do).
/// Source: Bach et al. 2015, eq. 60.
public struct AlphaBetaRule: Rule {
  public static let name = "alpha-beta"
  public static let summary = "α·positive − β·negative contributions, α − β = 1 (Bach et al. 2015, eq. 60)"

  public enum Bias: String, Sendable {
    /// b⁺ in z⁺, b⁻ in z⁻.
    case split
    case none
  }

  public var alpha: Float
  public var bias: Bias
  public var stabilizer: Stabilizer
  /// β = α − 1.
  public var beta: Float { alpha - 1 }

  /// - Precondition: `alpha` ≥ 1.
  public init(alpha: Float, bias: Bias = .split, stabilizer: Stabilizer = .zennit) {
    precondition(alpha >= 1, "alpha \(alpha) makes beta negative")
    self.alpha = alpha
    self.bias = bias
    self.stabilizer = stabilizer
  }

  public var parameters: [RuleParameter] {
    [
      RuleParameter("alpha", alpha), RuleParameter("beta", beta), RuleParameter("bias", bias.rawValue),
      RuleParameter("stabilizer", stabilizer),
    ]
  }

  public var propagation: Propagation {
    let split = bias == .split
    let positive = Share(
      weight: alpha,
      terms: [.init(.positive, .positive, split ? .positive : .none), .init(.negative, .negative)])
    let negative = Share(
      weight: -beta,
      terms: [.init(.positive, .negative, split ? .negative : .none), .init(.negative, .positive)])
    return .shares(beta == 0 ? [positive] : [positive, negative], stabilizer)
  }
}
