/// Flat: relevance is divided equally among the inputs of a unit, R_i = Σ_k R_k / n_k; padding is no input.
///
/// Source: Lapuschkin et al. 2019; Montavon et al. 2019, table 10.1.
public struct FlatRule: Rule {
  public static let name = "flat"
  public static let summary = "equal shares for all inputs (Lapuschkin et al. 2019)"

  public var stabilizer: Stabilizer

  public init(stabilizer: Stabilizer = .zennit) { self.stabilizer = stabilizer }

  public init(arguments: inout RuleArguments) throws {
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] { [RuleParameter("stabilizer", stabilizer)] }
  public var propagation: Propagation { .shares([Share(terms: [.init(.one, .one)])], stabilizer) }
}
