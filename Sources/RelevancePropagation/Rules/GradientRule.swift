/// The plain gradient, no LRP rule: for comparison with sensitivity analysis.
public struct GradientRule: Rule {
  public static let name = "gradient"
  public static let summary = "the plain gradient, for baselines"
  public init() {}
  public init(arguments: inout RuleArguments) throws {}
  public var propagation: Propagation { .gradient }
}
