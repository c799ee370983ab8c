/// w²: R_i = Σ_k w_ik² / Σ_i w_ik² · R_k, for first layers with unbounded real input.
///
/// Source: Montavon et al. 2017, section 5.1.1. zennit adds b² to the denominator.
public struct SquaredWeightsRule: Rule {
  public static let name = "w-squared"
  public static let summary = "w² / Σ w², for real-valued input (Montavon et al. 2017)"

  public enum Bias: String, Sendable, CaseIterable {
    case none
    /// b² in the denominator: zennit.
    case square
  }

  public var bias: Bias
  public var stabilizer: Stabilizer

  public init(bias: Bias = .none, stabilizer: Stabilizer = .zennit) {
    self.bias = bias
    self.stabilizer = stabilizer
  }

  public init(arguments: inout RuleArguments) throws {
    bias = try arguments.choice("bias", default: arguments.profile.squaredBias)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("bias", bias.rawValue), RuleParameter("stabilizer", stabilizer)]
  }
  public var propagation: Propagation {
    .shares([Share(terms: [.init(.one, .square, bias == .square ? .square : .none)])], stabilizer)
  }
}
