/// LRP-0: R_i = Σ_k a_i·w_ik / z_k · R_k. The ε rule with no more ε than keeps 0/0 away.
///
/// Source: Bach et al. 2015, eq. 56; Montavon et al. 2019, section 10.2.1.
public struct ZeroRule: Rule {
  public static let name = "zero"
  public static let summary = "a·w / z: contributions to the output, LRP-0 (Bach et al. 2015, eq. 56)"

  public var stabilizer: Stabilizer

  public init(stabilizer: Stabilizer = Stabilizer(1e-9)) { self.stabilizer = stabilizer }

  public init(arguments: inout RuleArguments) throws {
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] { [RuleParameter("stabilizer", stabilizer)] }
  public var propagation: Propagation { EpsilonRule(stabilizer).propagation }
}
