/// LRP-ε, and LRP-0 as its limit: R_i = Σ_k a_i·w_ik / (z_k + ε·sign z_k) · R_k with z_k = Σ_i a_i·w_ik + b_k.
///
/// ε is absolute or relative to √mean z² of the image ("0.25 std" of the seed's VGG-16 composite). The bias stays in z and
/// absorbs b_k·R_k/z_k, unless it is left out or handed to the inputs. At poolings and sums (weights 1/n and 1) it shares
/// in proportion to the activations.
/// Source: Bach et al. 2015, eq. 58; Montavon et al. 2019, section 10.2.1–2.
public struct EpsilonRule: Rule {
  public static let name = "epsilon"
  public static let summary =
    "a·w / (z + ε): shares in proportion to contributions, ε absorbs weak ones (Bach et al. 2015, eq. 58)"

  public enum Bias: String, Sendable, CaseIterable {
    /// In z, where it absorbs relevance.
    case keep
    /// Nowhere: zennit's `zero_params='bias'`, iNNvestigate's IgnoreBias.
    case none
    /// In z, and what it earns goes to the unit's n inputs, b/n each: the Caffe toolbox's biastreatmenttype 1.
    case distribute
  }

  /// ε and its sign.
  public var epsilon: Stabilizer
  public var bias: Bias

  public init(_ epsilon: Stabilizer = .zennit, bias: Bias = .keep) {
    self.epsilon = epsilon
    self.bias = bias
  }

  public init(arguments: inout RuleArguments) throws {
    let fallback = Stabilizer(arguments.profile.stabilizer.epsilon, sign: arguments.profile.epsilonSign)
    epsilon = try arguments.stabilizer("epsilon", default: fallback)
    bias = try arguments.choice("bias", default: .keep)
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("epsilon", epsilon)] + (bias == .keep ? [] : [RuleParameter("bias", bias.rawValue)])
  }
  public var propagation: Propagation {
    .shares(
      [
        Share(
          terms: [.init(.all, .all, bias == .none ? .none : .all)], distributesBias: bias == .distribute)
      ], epsilon)
  }
}
