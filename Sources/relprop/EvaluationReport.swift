import Compute
import Evaluation
import RelevancePropagation

/// What `evaluation.json` holds: how the scores were made, the table, the curves, and what failed.
struct EvaluationReport: Encodable {
  var tool = "relprop \(Relprop.version)"
  var command: [String]
  var model: ExplanationReport.Model
  var preprocessing: Preprocessing
  var device: ExplanationReport.DeviceDescription
  /// Of everything that is drawn at random.
  var seed: UInt64
  /// The class that was explained, or "top".
  var explained: String
  var plan: EvaluationPlan
  var images: Images
  var methods: [String]
  var scores: [ScoreRow]
  var overall: [Overall]
  var curves: [Curve]
  var randomization: [RandomizationReport]
  var failures: [Failure]

  struct Images: Encodable {
    var count: Int
    var withMask: Int
    var names: [String]
  }

  struct ScoreRow: Encodable {
    var name: String
    var group: Score.Group
    /// Null for a number that methods are not ranked by.
    var better: Better?
    var values: [Value]
  }

  struct Value: Encodable {
    var method: String
    var images: Int
    var undefined: Int
    /// Null where no image has a value.
    var mean: Double?
    var deviation: Double?
    var smallest: Double?
    var largest: Double?
    var rank: Double?
  }

  struct Overall: Encodable {
    var method: String
    /// Mean of the ranks of all scores that count, and of those of each group.
    var meanRank: Double?
    var groups: [String: Double]
  }

  struct Curve: Encodable {
    var removal: String
    var method: String
    var images: Int
    var logits: Points
    var probabilities: Points

    struct Points: Encodable {
      var mean: [Double]
      var deviation: [Double]
      init(_ points: [RunningStatistics]) { (mean, deviation) = (points.map(\.mean), points.map(\.deviation)) }
    }
  }

  struct Failure: Encodable, Hashable {
    var image: String
    /// Null where the image itself is at fault.
    var method: String?
    var reason: String
  }
}

/// Rank correlations of one method's maps with those of randomised networks, layer by layer.
struct RandomizationReport: Codable {
  var method: String
  var mode: String
  var layers: [Layer]

  struct Layer: Codable {
    var layer: String
    var images: Int
    /// Images whose map cannot be ranked any more.
    var undefined: Int
    var mean: Double?
    var deviation: Double?
  }
}

extension EvaluationReport {
  static func scores(_ summary: EvaluationSummary) -> [ScoreRow] {
    summary.scores.enumerated().map { index, score in
      let ranks = summary.ranks(of: index)
      return ScoreRow(
        name: score.name, group: score.group, better: score.better,
        values: summary.methods.indices.map { method in
          let value = summary.values[method][index]
          let isThere = value.count > 0
          return Value(
            method: summary.methods[method], images: value.count, undefined: summary.undefined[method][index],
            mean: isThere ? value.mean : nil, deviation: isThere ? value.deviation : nil,
            smallest: isThere ? value.smallest : nil, largest: isThere ? value.largest : nil, rank: ranks[method])
        })
    }
  }

  static func overall(_ summary: EvaluationSummary) -> [Overall] {
    let all = summary.overall()
    let groups = Score.Group.allCases.map { ($0, summary.overall($0)) }
    return summary.methods.indices.map { method in
      Overall(
        method: summary.methods[method], meanRank: all[method],
        groups: Dictionary(
          uniqueKeysWithValues: groups.compactMap { group, ranks in ranks[method].map { (group.rawValue, $0) } }))
    }
  }

  static func curves(_ summary: EvaluationSummary) -> [Curve] {
    summary.removals.indices.flatMap { removal in
      summary.methods.indices.compactMap { method in
        let points = summary.logits[method][removal]
        guard let first = points.first else { return nil }
        return Curve(
          removal: summary.removals[removal], method: summary.methods[method], images: first.count,
          logits: .init(points), probabilities: .init(summary.probabilities[method][removal]))
      }
    }
  }
}
