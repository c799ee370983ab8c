import Evaluation
import Foundation
import Reporting

/// An evaluation's table in its three forms, and its curves.
struct EvaluationTables {
  let summary: EvaluationSummary

  /// Scores as rows, methods as columns: mean ± deviation, and the rank in brackets.
  private func cells(_ row: (String, [String]) -> Void) {
    for (index, score) in summary.scores.enumerated() {
      let ranks = summary.ranks(of: index)
      let cells = summary.methods.indices.map { method -> String in
        let value = summary.values[method][index]
        guard value.count > 0 else { return "–" }
        let rank = ranks[method].map { " (\(Self.rank($0)))" } ?? ""
        return "\(Self.number(value.mean)) ± \(Self.number(value.deviation))\(rank)"
      }
      row(score.name + Self.arrow(score.better), cells)
    }
    row("**mean rank**", summary.overall().map { $0.map(Self.rank) ?? "–" })
  }

  var markdown: String {
    var table = MarkdownTable(["score"] + summary.methods)
    cells { table.add([$0] + $1) }
    return table.text
  }

  /// For the terminal: a method a line, the best overall first.
  var lines: [String] {
    let overall = summary.overall()
    let groups = Score.Group.allCases.filter { group in
      summary.scores.contains { $0.group == group && $0.countsOverall }
    }
    let ranks = groups.map { summary.overall($0) }
    var table = TextTable([("mean rank of", .left), ("all scores", .right)] + groups.map { ($0.rawValue, .right) })
    let order = summary.methods.indices.sorted { (overall[$0] ?? .infinity, $0) < (overall[$1] ?? .infinity, $1) }
    for method in order {
      table.add(
        [summary.methods[method], overall[method].map(Self.rank) ?? ""]
          + ranks.map { $0[method].map(Self.rank) ?? "" })
    }
    return table.lines
  }

  /// A score and a method a line, with all digits.
  var csv: String {
    var table = CSVTable([
      "score", "group", "better", "method", "images", "undefined", "mean", "deviation", "smallest", "largest", "rank",
    ])
    for row in EvaluationReport.scores(summary) {
      for value in row.values {
        table.add(
          [
            row.name, row.group.rawValue, row.better?.rawValue ?? "", value.method, "\(value.images)",
            "\(value.undefined)",
          ]
            + [value.mean, value.deviation, value.smallest, value.largest, value.rank].map { $0.map { "\($0)" } ?? "" })
      }
    }
    return table.text
  }

  /// Curves of every removal, of the probability and of the score: names of files, and pictures.
  var pictures: [(name: String, picture: SVGDocument)] {
    summary.removals.indices.flatMap { removal -> [(name: String, picture: SVGDocument)] in
      let name = summary.removals[removal]
      let kinds: [(String, String, [[[RunningStatistics]]], ClosedRange<Double>?)] = [
        ("probability", "probability of the class", summary.probabilities, 0...1),
        ("score", "score of the class", summary.logits, nil),
      ]
      return kinds.compactMap { kind, vertical, curves, limits in
        let series = summary.methods.indices.map { method in
          BandChart.Series(
            summary.methods[method],
            curves[method][removal].enumerated().map { (Double($0), $1.mean, $1.deviation) })
        }
        guard series.contains(where: { !$0.points.isEmpty }) else { return nil }
        let images = curves.compactMap { $0[removal].first?.count }.max() ?? 0
        let chart = BandChart(
          title: name, horizontal: "steps", vertical: "\(vertical), mean ± deviation of \(images) images",
          series: series, limits: limits)
        return (
          "\(FileNames.safe(name.replacing(", ", with: "_").replacing(" ", with: "-"))).\(kind).svg", chart.picture
        )
      }
    }
  }

  private static func arrow(_ better: Better?) -> String {
    switch better {
    case .higher: " ↑"
    case .lower: " ↓"
    case nil: ""
    }
  }

  static func number(_ value: Double) -> String { String(format: "%.3g", value) }
  static func rank(_ value: Double) -> String { String(format: value == value.rounded() ? "%.0f" : "%.2f", value) }
}
