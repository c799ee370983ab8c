/// z⁺: only positive contributions count, R_i = Σ_k (a_i⁺·w_ik⁺ + a_i⁻·w_ik⁻) / Σ_i(…) · R_k. αβ with α = 1, β = 0.
///
/// Source: Montavon et al. 2017 (deep Taylor), where the bias is left out; zennit and the LRP toolbox add b⁺.
public struct ZPlusRule: Rule {
  public static let name = "z-plus"
  public static let summary = "positive contributions only, the deep Taylor rule z⁺ (Montavon et al. 2017)"

  /// What of the bias stands in the denominator.
  public enum Bias: String, Sendable, CaseIterable {
    /// b⁺: zennit, LRP toolbox.
    case positive
    /// None: deep Taylor decomposition, iNNvestigate's ZPlus.
    case none
    /// b, of any sign: captum's Alpha1_Beta0_Rule, iNNvestigate's Alpha1Beta0 (a defect there).
    case full
    /// b⁺, handed to the unit's n inputs, 1/n each.
    case distribute
  }

  /// Which inputs meet W⁺.
  public enum Inputs: String, Sendable, CaseIterable {
    /// a⁺ meets W⁺ and a⁻ meets W⁻, so that all contributions are positive.
    case bySign = "by-sign"
    /// a meets W⁺, whatever its sign: captum.
    case whole
  }

  public var bias: Bias
  public var inputs: Inputs
  public var stabilizer: Stabilizer

  public init(bias: Bias = .positive, inputs: Inputs = .bySign, stabilizer: Stabilizer = .zennit) {
    self.bias = bias
    self.inputs = inputs
    self.stabilizer = stabilizer
  }

  public init(arguments: inout RuleArguments) throws {
    bias = try arguments.choice("bias", default: arguments.profile.zPlusBias)
    inputs = try arguments.choice("inputs", default: arguments.profile.zPlusInputs)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("bias", bias.rawValue)] + (inputs == .bySign ? [] : [RuleParameter("inputs", inputs.rawValue)])
      + [RuleParameter("stabilizer", stabilizer)]
  }

  public var propagation: Propagation {
    let part: BiasPart =
      switch bias {
      case .positive, .distribute: .positive
      case .none: .none
      case .full: .all
      }
    let terms: [Share.Term] =
      switch inputs {
      case .bySign: [.init(.positive, .positive, part), .init(.negative, .negative)]
      case .whole: [.init(.all, .positive, part)]
      }
    return .shares([Share(terms: terms, distributesBias: bias == .distribute)], stabilizer)
  }
}
