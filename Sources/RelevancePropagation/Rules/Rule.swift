/// A propagation rule: how a layer's relevance is shared among its inputs. A value; it knows no network and no device.
///
/// A new rule is one file here, one test, and one line in `Rules.all`.
public protocol Rule: Sendable {
  /// The field's name for it, as composites, tables and reports write it.
  static var name: String { get }
  /// What it does in one line, with its source.
  static var summary: String { get }
  /// Its numbers, in order, for tables and reports.
  var parameters: [RuleParameter] { get }
  /// What it does, as data.
  var propagation: Propagation { get }
  /// The rule of parameters by name; `parameters` of the result reads back as the same rule.
  /// - Throws: `RuleArgumentError` naming a parameter that does not fit, and what would.
  init(arguments: inout RuleArguments) throws
}

extension Rule {
  public var parameters: [RuleParameter] { [] }
  /// "gamma 0.25": the name with the first of its numbers, for narrow tables.
  public var brief: String {
    guard let first = parameters.first, !first.value.hasPrefix("[") else { return Self.name }
    return "\(Self.name) \(first.value)"
  }
  /// "gamma(gamma 0.25, stabilizer ±1e-06)".
  public var label: String {
    parameters.isEmpty
      ? Self.name : "\(Self.name)(\(parameters.map { "\($0.name) \($0.value)" }.joined(separator: ", ")))"
  }
}

/// A rule's number (or choice) by name.
public struct RuleParameter: Sendable, Hashable {
  public let name: String
  public let value: String
  public init(_ name: String, _ value: some CustomStringConvertible) {
    self.name = name
    self.value = value.description
  }
}

/// What a rule does at a layer.
public enum Propagation: Sendable {
  /// The four steps, once per share: z = ρ(w)·ρ(a) + ρ(b), s = R / stab(z), c = ρ(w)ᵀ·s, R' += weight · ρ(a) ⊙ c.
  case shares([Share], Stabilizer)
  /// Max pooling: a window's relevance goes to its first maximum, or is divided among all maxima.
  case winnerTakesAll(sharingTies: Bool)
  /// R' = R: layers that act on each number alone.
  case pass
  /// The plain gradient: c = Wᵀ·R, and R·1[a > 0] at a rectifier. No LRP rule; for baselines.
  case gradient
  /// At a rectifier: R·1[a > 0]·1[R > 0].
  case guidedGradient
  /// At a rectifier: max(R, 0).
  case deconvolution
  /// At a rectifier: R / (1 + exp(−β·a)).
  case smoothGradient(beta: Float)
}
