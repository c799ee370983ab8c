/// What the host counts of one image's copies: scores, starts, ledgers.
struct TranslationTally {
  /// Of the image itself.
  let scores: Scores
  let targets: [Target]
  private(set) var reachesInput = true
  /// Per target, in the order of the shifts.
  private var copies: [[TranslationRecord.Copy]]
  private var starts: [Double]
  private var ledger: LedgerMean

  init(scores: Scores, targets: [Target]) {
    self.scores = scores
    self.targets = targets
    copies = Array(repeating: [], count: targets.count)
    starts = Array(repeating: 0, count: targets.count)
    ledger = LedgerMean(targets: targets.count)
  }

  /// - Parameters:
  ///   - place: of the copy in the batch.
  ///   - totals: relevance at the input of every entry of the batch; nil where none reaches it.
  mutating func add(_ batch: ExplainedBatch, copy place: Int, movedBy shift: Shift, totals: [Double]?) {
    let moved = batch.scores[place]
    let probabilities = moved.probabilities
    for (index, target) in targets.enumerated() {
      let entry = place * targets.count + index
      let explained = target.explainedClass(among: scores)
      copies[index].append(
        .init(
          shift: shift, value: batch.values[entry], score: moved.logits[explained],
          probability: probabilities[explained], topClass: moved.topClass,
          topProbability: probabilities[moved.topClass], relevance: totals?[entry] ?? 0))
      starts[index] += batch.starts[entry]
    }
    if let ledger = batch.ledger { self.ledger.add(ledger, copy: place) }
    reachesInput = totals != nil
  }

  /// One explanation a target.
  ///
  /// - Parameters:
  ///   - maps: `[images · targets, C, H, W]`, of which this is image `image`; nil where no relevance reaches the input.
  ///   - coverage: shifts that cover each pixel.
  ///   - seconds: of all images that were explained together.
  func explanations(
    maps: Tensor?, variances: Tensor?, image: Int, of averager: TranslationAverager, coverage: [Int],
    seconds: (forward: Double, backward: Double)
  ) -> [Explanation] {
    let shape = averager.explainer.network.inputShape
    let (count, mean) = (Double(averager.shifts.shifts.count), ledger.mean)
    return targets.indices.map { index in
      let entry = image * targets.count + index
      let map = maps?[entry] ?? Tensor(repeating: 0, shape: shape)
      // Σ of all that was added to the map: its numbers times their divisors.
      let area = coverage.count
      let inside = map.withScalars { scalars in
        scalars.indices.reduce(0.0) {
          $0 + Double(scalars[$1]) * (averager.divisor == .total ? count : Double(coverage[$1 % area]))
        }
      }
      let total = copies[index].reduce(0) { $0 + $1.relevance }
      let record = TranslationRecord(
        copies: copies[index], shifts: averager.shifts.description, border: averager.border.name,
        divisor: averager.divisor, coverage: coverage.min()!...coverage.max()!, outside: (total - inside) / count,
        variance: variances.map { $0[entry].reshaped([shape[1], shape[2]]) })
      return Explanation(
        scores: scores, explained: targets[index], value: copies[index].reduce(0) { $0 + $1.value } / count,
        start: starts[index] / count, relevance: map, layers: [:], activations: [:], ledger: mean, entry: index,
        forwardSeconds: seconds.forward, backwardSeconds: seconds.backward, translation: record)
    }
  }
}
