import Testing

@testable import Evaluation
@testable import RelevancePropagation

/// Methods side by side: means, ranks, curves.
@Suite struct SummaryTests {
  private static let plan = EvaluationPlan(
    removals: [
      Removal(.patch(edge: 4), .mostRelevantFirst, .low, steps: 2), Removal(.pixel, .random(seed: 1), .zero, steps: 2),
    ], selectivityEdge: nil, usesTenPixels: false, shifts: [])

  private func result(_ aopc: Double, _ area: Double, gini: Double, curve: [Double]) -> EvaluationResult {
    var result = EvaluationResult()
    result.scores = [
      "AOPC: patches of 4, most relevant first, low": aopc,
      "area under p: patches of 4, most relevant first, low": area,
      "Gini index": gini, "entropy": 1,
    ]
    result.curves["patches of 4, most relevant first, low"] = .init(logits: curve, probabilities: curve.map { $0 / 10 })
    return result
  }

  @Test("means, deviations and ranks; the overall rank leaves sparsity out")
  func ranks() throws {
    var summary = EvaluationSummary(
      methods: ["a", "b", "c"], scores: Self.plan.scores(withMasks: false), removals: Self.plan.removals)
    summary.add(result(1, 0.5, gini: 0.1, curve: [4, 2, 0]), method: 0)
    summary.add(result(3, 0.7, gini: 0.1, curve: [6, 4, 2]), method: 0)
    summary.add(result(5, 0.6, gini: 0.9, curve: [1, 1, 1]), method: 1)
    #expect(summary.scores.map(\.name).first == "AOPC: patches of 4, most relevant first, low")
    #expect(summary.values[0][0].mean == 2)
    #expect(summary.values[0][0].deviation == 1)
    #expect((summary.values[0][0].smallest, summary.values[0][0].largest) == (1, 3))
    #expect(summary.ranks(of: 0) == [2, 1, nil])  // AOPC, higher is better
    #expect(summary.ranks(of: 1) == [1.5, 1.5, nil])  // area, equal
    #expect(summary.ranks(of: 2) == [2, 1, nil])  // Gini
    #expect(summary.overall() == [1.75, 1.25, nil])
    #expect(summary.overall(.sparsity) == [nil, nil, nil])
    #expect(summary.logits[0][0].map(\.mean) == [5, 3, 1])
    #expect(summary.logits[0][0].map(\.deviation) == [1, 1, 1])
    #expect(summary.logits[2][0].isEmpty)
  }

  @Test("scores of masks vanish where no image has one, and undefined ones are counted")
  func masks() {
    let scores = Self.plan.scores(withMasks: true)
    #expect(scores.contains { $0.group == .localisation })
    var summary = EvaluationSummary(methods: ["a"], scores: scores, removals: Self.plan.removals)
    summary.add(result(1, 1, gini: 1, curve: [1, 0]), method: 0)
    #expect(!summary.withoutEmptyScores.scores.contains { $0.group == .localisation })
    #expect(summary.withoutEmptyScores.imagesWithMask == 0)
    var undefined = result(1, 1, gini: 1, curve: [1, 0])
    undefined.undefined["inside share"] = "the relevance of all pixels sums to 0"
    summary.add(undefined, method: 0)
    #expect(summary.withoutEmptyScores.scores.map(\.name).contains("inside share"))
    #expect(summary.imagesWithMask == 1)
  }

  @Test("running statistics are those of all numbers at once")
  func statistics() {
    var running = RunningStatistics()
    let values = [1e8 + 1, 1e8 + 2, 1e8 + 4, 1e8 + 9]
    for value in values { running.add(value) }
    #expect(running.mean == 1e8 + 4)
    #expect(abs(running.deviation - (38.0 / 4).squareRoot()) < 1e-6)
    #expect(RunningStatistics().deviation == 0)
  }

  @Test("a plan whose images are too small, or that asks for the same twice, says so")
  func plan() throws {
    try Self.plan.check(for: [3, 8, 8])
    let error = #expect(throws: EvaluationError.self) {
      try EvaluationPlan(removals: [Removal(.pixel, steps: 100)]).check(for: [3, 8, 8])
    }
    #expect(error?.description.contains("at most 64 steps") == true)
    // Ten highest and ten lowest pixels of nine.
    #expect(throws: EvaluationError.self) { try EvaluationPlan(removals: []).check(for: [1, 3, 3]) }
    #expect(throws: EvaluationError.self) {
      try EvaluationPlan(removals: [Removal(.pixel, steps: 5), Removal(.pixel, steps: 5)]).check(for: [3, 8, 8])
    }
    #expect(throws: EvaluationError.self) { try Self.plan.check(for: [64]) }
  }
}
