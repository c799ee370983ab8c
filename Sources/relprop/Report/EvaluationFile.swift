import Foundation
import Reporting

/// What `relprop evaluate` wrote, as pages show it. Only what is shown is read; the rest may be there or not.
struct EvaluationFile: Decodable {
  struct Model: Decodable { var path: String }
  struct Images: Decodable { var count: Int }

  struct Score: Decodable {
    struct Value: Decodable {
      var method: String
      var mean: Double?
      var deviation: Double?
      var rank: Double?
    }
    var name: String
    var better: String?
    var values: [Value]
  }

  struct Overall: Decodable {
    var method: String
    var meanRank: Double?
  }

  struct Curve: Decodable {
    struct Points: Decodable {
      var mean: [Double]
      var deviation: [Double]
    }
    var removal: String
    var method: String
    var logits: Points
    var probabilities: Points
  }

  var tool: String
  var model: Model
  var images: Images
  var methods: [String]
  var scores: [Score]
  var overall: [Overall]
  var curves: [Curve]

  static let name = "evaluation.json"

  /// The file that is named, or the first that lies in one of the folders.
  /// - Throws: `CommandError` for a file that cannot be read, or is none.
  static func find(_ path: String?, in folders: [String]) throws -> (path: String, evaluation: ReportedEvaluation)? {
    let found = folders.map { $0.isEmpty ? name : "\($0)/\(name)" }
    guard let path = path ?? found.first(where: { access($0, F_OK) == 0 }) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError("--evaluation \(path): it cannot be read; expected what relprop evaluate wrote")
    }
    do {
      return (path, try JSONDecoder().decode(EvaluationFile.self, from: data).reported(path))
    } catch {
      throw CommandError(
        "\(path): no evaluation of this version of relprop; run relprop evaluate anew, or move it away")
    }
  }

  private func reported(_ path: String) -> ReportedEvaluation {
    ReportedEvaluation(
      note: "\(images.count) image(s) judged with \(model.path) by \(tool), read from \(path). Means ± deviations over "
        + "the images; in brackets the rank among the methods, 1 the best. ↑: higher is better, ↓: lower is better.",
      tables: [table], charts: charts)
  }

  private var table: ReportedEvaluation.Table {
    var rows = scores.map { score -> (name: String, cells: [String]) in
      let arrow = score.better.map { $0 == "higher" ? " ↑" : " ↓" } ?? ""
      let cells = methods.map { method -> String in
        guard let value = score.values.first(where: { $0.method == method }), let mean = value.mean else { return "–" }
        let rank = value.rank.map { " (\(NumberText.plain($0, digits: 3)))" } ?? ""
        let deviation = value.deviation.map { " ± \(NumberText.plain($0, digits: 3))" } ?? ""
        return NumberText.plain(mean, digits: 3) + deviation + rank
      }
      return (score.name + arrow, cells)
    }
    let ranks = methods.map { method in
      overall.first { $0.method == method }?.meanRank.map { NumberText.plain($0, digits: 3) } ?? "–"
    }
    rows.append(("mean rank", ranks))
    return .init(title: "Scores, method by method", columns: ["Score"] + methods, rows: rows)
  }

  /// For every removal the probability and the score while it goes on.
  private var charts: [ReportedEvaluation.Chart] {
    var removals: [String] = []
    for curve in curves where !removals.contains(curve.removal) { removals.append(curve.removal) }
    return removals.flatMap { removal in
      let own = curves.filter { $0.removal == removal }
      func chart(
        _ vertical: String, _ limits: ClosedRange<Double>?, _ points: (Curve) -> Curve.Points
      ) -> ReportedEvaluation.Chart {
        .init(
          title: removal, horizontal: "steps", vertical: vertical,
          series: own.map { curve in
            let points = points(curve)
            return .init(curve.method, zip(points.mean, points.deviation).enumerated().map { (Double($0), $1.0, $1.1) })
          }, limits: limits)
      }
      return [
        chart("probability of the class", 0...1, \.probabilities), chart("score of the class", nil, \.logits),
      ]
    }
  }
}
