import Evaluation
import Reporting

/// Correlations with randomised networks as a table and as curves, a picture for each mode.
enum RandomizationPicture {
  static func markdown(_ reports: [RandomizationReport]) -> String {
    modes(reports).map { mode in
      let own = reports.filter { $0.mode == mode }
      var table = MarkdownTable(["\(mode) randomisation, rank correlation"] + own.map(\.method))
      for (index, layer) in own[0].layers.enumerated() {
        table.add(
          [layer.layer]
            + own.map { report in
              let layer = report.layers[index]
              guard let mean = layer.mean, let deviation = layer.deviation else { return "–" }
              return "\(EvaluationTables.number(mean)) ± \(EvaluationTables.number(deviation))"
            })
      }
      return "\n" + table.text
    }.joined()
  }

  static func pictures(_ reports: [RandomizationReport]) -> [(name: String, picture: SVGDocument)] {
    modes(reports).compactMap { mode in
      let series = reports.filter { $0.mode == mode }.map { report in
        BandChart.Series(
          report.method,
          report.layers.enumerated().compactMap { index, layer in
            layer.mean.map { (Double(index + 1), $0, layer.deviation ?? 0) }
          })
      }
      guard series.contains(where: { !$0.points.isEmpty }) else { return nil }
      let chart = BandChart(
        title: "\(mode) randomisation", horizontal: "layers randomised, from the output",
        vertical: "rank correlation with the network's own maps", series: series, limits: -1...1)
      return ("randomization.\(mode).svg", chart.picture)
    }
  }

  private static func modes(_ reports: [RandomizationReport]) -> [String] {
    WeightRandomization.Mode.allCases.map(\.rawValue).filter { mode in reports.contains { $0.mode == mode } }
  }
}
