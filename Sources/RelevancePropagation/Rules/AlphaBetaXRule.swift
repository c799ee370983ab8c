/// αβ by the signs of activation and weight: four groups of contributions, each normalised by itself.
///
///     R_i = Σ_k (α₊·a_i⁺w_ik⁺/z⁺⁺ + α₋·a_i⁻w_ik⁻/z⁻⁻ − β₊·a_i⁺w_ik⁻/z⁺⁻ − β₋·a_i⁻w_ik⁺/z⁻⁺) · R_k
///
/// b⁺ stands in the sums over W⁺ and b⁻ in those over W⁻. Where a group is empty its weight is lost, so relevance is kept
/// only where all groups with a weight have members and the weights add up to 1.
/// Source: iNNvestigate's AlphaBetaX, after A. Binder. (The published code multiplies the second group by β₋ instead of
/// α₋, so that its 1001 equals its 1000; this rule does what the names say.)
public struct AlphaBetaXRule: Rule {
  public static let name = "alpha-beta-x"
  public static let summary = "αβ by the signs of activation and weight (iNNvestigate's AlphaBetaX)"

  /// Of a⁺w⁺ and of a⁻w⁻.
  public var alphaPositive: Float
  public var alphaNegative: Float
  /// Of a⁺w⁻ and of a⁻w⁺; subtracted.
  public var betaPositive: Float
  public var betaNegative: Float
  /// Whether b⁺ and b⁻ stand in the sums.
  public var bias: Bias
  public var stabilizer: Stabilizer

  public enum Bias: String, Sendable, CaseIterable {
    case split
    case none
  }

  public init(
    alpha: (Float, Float), beta: (Float, Float), bias: Bias = .split, stabilizer: Stabilizer = .zennit
  ) {
    (alphaPositive, alphaNegative) = alpha
    (betaPositive, betaNegative) = beta
    self.bias = bias
    self.stabilizer = stabilizer
  }

  public init(arguments: inout RuleArguments) throws {
    alphaPositive = try arguments.number("alpha+", default: 1)
    alphaNegative = try arguments.number("alpha-", default: 0)
    betaPositive = try arguments.number("beta+", default: 0)
    betaNegative = try arguments.number("beta-", default: -1)
    bias = try arguments.choice("bias", default: .split)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  /// iNNvestigate's AlphaBetaX1000, 1010, 1001 and 2m100.
  public static let x1000 = AlphaBetaXRule(alpha: (1, 0), beta: (0, 0))
  public static let x1010 = AlphaBetaXRule(alpha: (1, 0), beta: (0, -1))
  public static let x1001 = AlphaBetaXRule(alpha: (1, 1), beta: (0, 0))
  public static let x2m100 = AlphaBetaXRule(alpha: (2, 0), beta: (1, 0))

  public var parameters: [RuleParameter] {
    [
      RuleParameter("alpha+", alphaPositive), RuleParameter("alpha-", alphaNegative),
      RuleParameter("beta+", betaPositive), RuleParameter("beta-", betaNegative), RuleParameter("bias", bias.rawValue),
      RuleParameter("stabilizer", stabilizer),
    ]
  }

  public var propagation: Propagation {
    let (up, down): (BiasPart, BiasPart) = bias == .split ? (.positive, .negative) : (.none, .none)
    let groups = [
      Share(weight: alphaPositive, terms: [.init(.positive, .positive, up)]),
      Share(weight: alphaNegative, terms: [.init(.negative, .negative, down)]),
      Share(weight: -betaPositive, terms: [.init(.positive, .negative, down)]),
      Share(weight: -betaNegative, terms: [.init(.negative, .positive, up)]),
    ]
    return .shares(groups.filter { $0.weight != 0 }, stabilizer)
  }
}
