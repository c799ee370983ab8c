/// αβ: positive contributions weigh α, negative ones −β, each normalised by itself; α − β = 1.
///
///     R_i = Σ_k (α·(a_i·w_ik)⁺ / z_k⁺ − β·(a_i·w_ik)⁻ / z_k⁻) · R_k
///
/// z⁺ holds b⁺ and z⁻ holds b⁻ unless `bias` says otherwise. A unit without any negative contribution passes on α·R (all
/// peers do); so does a pooling of values that are not negative.
/// Source: Bach et al. 2015, eq. 60.
public struct AlphaBetaRule: Rule {
  public static let name = "alpha-beta"
  public static let summary = "α·positive − β·negative contributions, α − β = 1 (Bach et al. 2015, eq. 60)"

  public enum Bias: String, Sendable, CaseIterable {
    /// b⁺ in z⁺, b⁻ in z⁻.
    case split
    case none
    /// b in both: iNNvestigate, a defect (its issue 273) kept for comparison. z⁺ may become 0 or negative.
    case full
    /// As split, and handed to the unit's n inputs, 1/n each.
    case distribute
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

  public init(arguments: inout RuleArguments) throws {
    let profile = arguments.profile
    alpha = try arguments.number("alpha", default: 2, atLeast: 1)
    bias = try arguments.choice("bias", default: profile.alphaBetaBias)
    stabilizer = try arguments.stabilizer("stabilizer", default: profile.alphaBetaStabilizer ?? profile.stabilizer)
    if let beta = try arguments.number("beta"), abs(alpha - beta - 1) > 1e-6 {
      throw arguments.problem("beta", "alpha − 1 = \(alpha - 1)", beta)
    }
  }

  public var parameters: [RuleParameter] {
    [
      RuleParameter("alpha", alpha), RuleParameter("beta", beta), RuleParameter("bias", bias.rawValue),
      RuleParameter("stabilizer", stabilizer),
    ]
  }

  public var propagation: Propagation {
    let (up, down): (BiasPart, BiasPart) =
      switch bias {
      case .split, .distribute: (.positive, .negative)
      case .none: (.none, .none)
      case .full: (.all, .all)
      }
    let positive = Share(
      weight: alpha, terms: [.init(.positive, .positive, up), .init(.negative, .negative)],
      distributesBias: bias == .distribute)
    let negative = Share(
      weight: -beta, terms: [.init(.positive, .negative, down), .init(.negative, .positive)],
      distributesBias: bias == .distribute)
    return .shares(beta == 0 ? [positive] : [positive, negative], stabilizer)
  }
}
