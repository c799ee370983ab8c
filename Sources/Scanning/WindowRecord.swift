/// What became of one window: where it lies, what was explained, and where its relevance went.
///
///     start = relevance + padding + absorbed + gap
///
/// Numbers are nil where the window was not explained; `absorbed` and `gap` also where no ledger was counted.
public struct WindowRecord: Sendable, Hashable {
  public enum State: String, Sendable, Hashable, CaseIterable {
    case explained
    /// Every pixel has one colour: explained once for all windows of it, or left out.
    case constant
    /// Left out because the mask does not want it.
    case masked
    /// Left out because some of its pixels could not be read.
    case unreadable
  }

  /// Upper left corner, in pixels of the map.
  public var x: Int
  public var y: Int
  public var state: State
  /// The class that was explained; nil where a window's positions have classes of their own.
  public var target: Int?
  public var numbers: Numbers?

  public struct Numbers: Sendable, Hashable {
    /// f of the target: the logit.
    public var score: Double
    /// What the backward pass started from: the score, or 1.
    public var start: Double
    /// Σ R over the window's pixels that lie on the map.
    public var relevance: Double
    /// Σ R over the padding beyond the border, which no pixel receives.
    public var padding: Double
    /// What biases, stabilizers and filters kept, as the ledger counts it.
    public var absorbed: Double?

    /// What the ledger does not explain: closed gates, windows of a pooling without pixels, rounding.
    public var gap: Double? { absorbed.map { start - relevance - padding - $0 } }

    public init(score: Double, start: Double, relevance: Double, padding: Double, absorbed: Double?) {
      (self.score, self.start, self.relevance) = (score, start, relevance)
      (self.padding, self.absorbed) = (padding, absorbed)
    }
  }

  public init(x: Int, y: Int, state: State, target: Int? = nil, numbers: Numbers? = nil) {
    (self.x, self.y, self.state, self.target, self.numbers) = (x, y, state, target, numbers)
  }
}
