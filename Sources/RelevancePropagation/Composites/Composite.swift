/// Which rule each layer gets: a list of assignments, of which the first that means a layer decides.
public struct Composite: Sendable {
  public struct Assignment: Sendable {
    public var selector: Selector
    public var rule: any Rule
    public init(_ selector: Selector, _ rule: any Rule) {
      self.selector = selector
      self.rule = rule
    }
  }

  public var name: String
  public var assignments: [Assignment]

  public init(name: String, assignments: [Assignment]) {
    self.name = name
    self.assignments = assignments
  }

  /// The rule of every node.
  ///
  /// - Throws: `RuleError` naming a node without a rule, or whose rule it cannot carry.
  public func resolve(for network: Network) throws -> RuleTable {
    var rules: [String: any Rule] = [:]
    for assignment in assignments {
      for index in assignment.selector.indices(in: network) {
        let name = network.nodes[index].name
        if rules[name] == nil { rules[name] = assignment.rule }
      }
    }
    return try RuleTable(rules, for: network)
  }
}
