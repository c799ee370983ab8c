/// Pass: R' = R at layers that act on each number alone (rectifiers, batch norm, local response normalization).
public struct PassRule: Rule {
  public static let name = "pass"
  public static let summary = "relevance unchanged, at layers that act on each number alone"
  public init() {}
  public init(arguments: inout RuleArguments) throws {}
  public var propagation: Propagation { .pass }
}
