/// A scan's windows counted, and their numbers summed: Σ f, Σ R and what became of the rest.
///
///     Σ start = Σ relevance + Σ padding + Σ absorbed + Σ gap
///
/// The sums are exact before they are rounded, so that strips and shards may be added in any order.
public struct ScanTotals: Sendable, Equatable {
  public private(set) var windows: [WindowRecord.State: Int] = [:]
  private var scores = ExactSum()
  private var starts = ExactSum()
  private var relevances = ExactSum()
  private var paddings = ExactSum()
  private var absorptions = ExactSum()
  private var gaps = ExactSum()
  private var hasLedger = true

  public init() {}

  public init(_ records: [WindowRecord]) {
    for record in records { add(record) }
  }

  public mutating func add(_ record: WindowRecord) {
    windows[record.state, default: 0] += 1
    guard let numbers = record.numbers else { return }
    scores.add(numbers.score)
    starts.add(numbers.start)
    relevances.add(numbers.relevance)
    paddings.add(numbers.padding)
    if let absorbed = numbers.absorbed, let gap = numbers.gap {
      absorptions.add(absorbed)
      gaps.add(gap)
    } else {
      hasLedger = false
    }
  }

  public mutating func add(_ other: ScanTotals) {
    windows.merge(other.windows) { $0 + $1 }
    scores.add(other.scores)
    starts.add(other.starts)
    relevances.add(other.relevances)
    paddings.add(other.paddings)
    absorptions.add(other.absorptions)
    gaps.add(other.gaps)
    hasLedger = hasLedger && other.hasLedger
  }

  /// g(X) = Σ f.
  public var score: Double { scores.value }
  public var start: Double { starts.value }
  /// Σ R on the map, window by window: the sum of the map, where it is not divided by the coverage.
  public var relevance: Double { relevances.value }
  /// Σ R that fell on padding.
  public var padding: Double { paddings.value }
  /// What the ledger says was kept; nil where a window was explained without one.
  public var absorbed: Double? { hasLedger ? absorptions.value : nil }
  /// What the ledger does not explain.
  public var gap: Double? { hasLedger ? gaps.value : nil }
}
