/// What the ledger will ask of relevance as it is now.
///
/// All questions about one vector between two writes are answered by one launch: at the quotient that reads it, where s is at
/// hand, else before it changes or goes another way.
struct PendingCounts {
  private var steps: [TensorID: CountStep] = [:]
  private(set) var slots = 0

  /// - Parameter idle: whether units of the entry's node that are off are to be counted.
  mutating func ask(_ entry: LedgerEntry, of relevance: TensorID, idle: Bool = false) {
    var step = steps[relevance] ?? make(entry.node, relevance)
    step.entries.append(entry)
    if idle { step.idle = entry.node }
    steps[relevance] = step
  }

  /// What is asked of relevance, which is then answered.
  mutating func take(_ relevance: TensorID) -> CountStep? { steps.removeValue(forKey: relevance) }

  /// A launch that nothing was asked of yet.
  mutating func make(_ node: Int, _ relevance: TensorID) -> CountStep {
    defer { slots += 1 }
    return CountStep(node: node, slot: slots, entries: [], relevance: relevance)
  }

  /// What is not answered yet, in order.
  mutating func takeAll() -> [CountStep] {
    defer { steps = [:] }
    return steps.values.sorted { $0.slot < $1.slot }
  }
}
