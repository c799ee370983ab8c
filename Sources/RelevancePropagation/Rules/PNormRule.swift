/// Poolings and sums by powers of the activations: R_i = sign(a_i)·|a_i|^p / Σ_i(…) · R, over the window's pixels.
///
/// p = 1 shares in proportion (the ε rule at a pooling); the larger p, the closer to winner-take-all; small p is flat
/// among pixels that are not 0. Source: p-norm pooling, Montavon et al. 2018, section on pooling.
public struct PNormRule: Rule {
  public static let name = "p-norm"
  public static let summary = "poolings and sums by powers of the activations, a^p / Σ a^p (Montavon et al. 2018)"

  public var p: Float
  public var stabilizer: Stabilizer

  /// - Precondition: `p` > 0.
  public init(p: Float = 2, stabilizer: Stabilizer = .zennit) {
    precondition(p > 0, "p \(p) is not positive")
    self.p = p
    self.stabilizer = stabilizer
  }

  public init(arguments: inout RuleArguments) throws {
    p = try arguments.number("p", default: 2, atLeast: .leastNormalMagnitude)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] { [RuleParameter("p", p), RuleParameter("stabilizer", stabilizer)] }
  public var propagation: Propagation {
    .shares([Share(terms: [.init(.power(p), .all)])], stabilizer)
  }
}
