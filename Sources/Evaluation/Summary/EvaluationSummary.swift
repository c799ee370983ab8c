/// Methods side by side: every score's mean and spread over the images, ranks, and mean curves.
public struct EvaluationSummary: Sendable {
  public let methods: [String]
  public private(set) var scores: [Score]
  public let removals: [String]
  /// `[method][score]`.
  public private(set) var values: [[RunningStatistics]]
  /// Images without a value, `[method][score]`.
  public private(set) var undefined: [[Int]]
  /// `[method][removal][k]`.
  public private(set) var logits: [[[RunningStatistics]]]
  public private(set) var probabilities: [[[RunningStatistics]]]

  public init(methods: [String], scores: [Score], removals: [Removal]) {
    (self.methods, self.scores, self.removals) = (methods, scores, removals.map(\.name))
    let row = Array(repeating: RunningStatistics(), count: scores.count)
    values = methods.map { _ in row }
    undefined = methods.map { _ in Array(repeating: 0, count: scores.count) }
    logits = methods.map { _ in removals.map { _ in [] } }
    probabilities = logits
  }

  /// Adds one image's result of method number `method`.
  public mutating func add(_ result: EvaluationResult, method: Int) {
    for (index, score) in scores.enumerated() {
      if let value = result.scores[score.name] {
        values[method][index].add(value)
      } else if result.undefined[score.name] != nil {
        undefined[method][index] += 1
      }
    }
    for (index, name) in removals.enumerated() {
      guard let curve = result.curves[name] else { continue }
      Self.add(curve.logits, to: &logits[method][index])
      Self.add(curve.probabilities, to: &probabilities[method][index])
    }
  }

  private static func add(_ curve: [Double], to points: inout [RunningStatistics]) {
    if points.isEmpty { points = curve.map { _ in RunningStatistics() } }
    for (index, value) in curve.enumerated() where index < points.count { points[index].add(value) }
  }

  /// The same without scores that no image has: those of masks where there are none.
  public var withoutEmptyScores: EvaluationSummary {
    let kept = scores.indices.filter { score in
      methods.indices.contains { values[$0][score].count + undefined[$0][score] > 0 }
    }
    var result = self
    result.scores = kept.map { scores[$0] }
    result.values = values.map { row in kept.map { row[$0] } }
    result.undefined = undefined.map { row in kept.map { row[$0] } }
    return result
  }

  /// Images that some method was judged on with a mask.
  public var imagesWithMask: Int {
    scores.indices.filter { scores[$0].group == .localisation }.flatMap { score in
      methods.indices.map { values[$0][score].count + undefined[$0][score] }
    }.max() ?? 0
  }

  /// Ranks of the methods by the mean of score number `score`, 1 the best; equal means share the mean of their ranks. Nil for
  /// methods without a value, and for a score that does not rank.
  public func ranks(of score: Int) -> [Double?] {
    guard let better = scores[score].better else { return methods.map { _ in nil } }
    let means = values.map { $0[score].count > 0 ? $0[score].mean : nil }
    return means.map { mean in
      guard let mean else { return nil }
      let ahead = means.count { $0.map { better == .higher ? $0 > mean : $0 < mean } ?? false }
      let level = means.count { $0 == mean }
      return Double(ahead) + Double(level + 1) / 2
    }
  }

  /// The mean of a method's ranks over the scores that count, of a group or of all; nil for a method without any.
  public func overall(_ group: Score.Group? = nil) -> [Double?] {
    let counted = scores.indices.filter { scores[$0].countsOverall && (group == nil || scores[$0].group == group) }
    let ranks = counted.map(ranks(of:))
    return methods.indices.map { method in
      let own = ranks.compactMap { $0[method] }
      return own.isEmpty ? nil : own.reduce(0, +) / Double(own.count)
    }
  }
}
