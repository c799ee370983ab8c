/// The explanation of one target by one method, or why there is none.
public enum ReportedMap: Sendable {
  case drawn(Drawing)
  case missing(reason: String)

  public struct Drawing: Sendable {
    /// Palette entries, zero at 128: a PNG file whose palette the page may exchange.
    public var picture: EmbeddedFile
    /// Relevance of the strongest colours.
    public var bound: Double
    /// What the picture shows, for those who do not see it.
    public var summary: String
    /// What is said of it beside: terms and their values.
    public var facts: [(term: String, value: String)]
    /// Why it should be doubted.
    public var alarms: [String]
    /// From the output to the input; empty for a method that propagates nothing.
    public var ledger: [LedgerRow]

    public init(
      picture: EmbeddedFile, bound: Double, summary: String, facts: [(term: String, value: String)],
      alarms: [String] = [], ledger: [LedgerRow] = []
    ) {
      self.picture = picture
      self.bound = bound
      self.summary = summary
      self.facts = facts
      self.alarms = alarms
      self.ledger = ledger
    }
  }

  /// Relevance in and out of a layer, and what kept the rest: incoming = outgoing + bias + stabilizer + filter + other.
  public struct LedgerRow: Sendable {
    public var layer: String
    public var type: String
    public var rule: String
    public var incoming: Double
    public var outgoing: Double
    public var bias: Double
    public var stabilizer: Double
    public var filter: Double
    public var other: Double
    /// Σ|R| at the layer's output.
    public var magnitude: Double

    public init(
      layer: String, type: String, rule: String, incoming: Double, outgoing: Double, bias: Double, stabilizer: Double,
      filter: Double, other: Double, magnitude: Double
    ) {
      self.layer = layer
      self.type = type
      self.rule = rule
      self.incoming = incoming
      self.outgoing = outgoing
      self.bias = bias
      self.stabilizer = stabilizer
      self.filter = filter
      self.other = other
      self.magnitude = magnitude
    }
  }
}
