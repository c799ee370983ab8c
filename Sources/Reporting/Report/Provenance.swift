/// Where results come from: all that is needed to repeat them.
public struct Provenance: Sendable {
  /// Terms and their values: model, digest, preprocessing, device, driver, command, version, time.
  public var facts: [(term: String, value: String)]
  /// What each method did at each layer.
  public var rules: [Layer]

  public struct Layer: Sendable {
    public var name: String
    public var type: String
    /// By the names of the methods.
    public var rules: [String: String]

    public init(name: String, type: String, rules: [String: String]) {
      self.name = name
      self.type = type
      self.rules = rules
    }
  }

  public init(facts: [(term: String, value: String)], rules: [Layer] = []) {
    self.facts = facts
    self.rules = rules
  }
}
