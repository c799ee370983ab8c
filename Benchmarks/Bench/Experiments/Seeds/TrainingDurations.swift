import Evaluation
import Imaging
import RelevancePropagation
import Reporting

/// The same network after a short and after a long training: what happens to its explanations.
enum TrainingDurations: Experiment {
  static let name = "training-durations"
  private static let figure = "training-durations.svg"
  private static let method = MapMethod.seed
  /// Scenes in the figure.
  private static let shown = 5

  struct Result: Codable {
    var images: Int
    var method: String
    var short: Row
    var long: Row
    /// On the scenes that both networks recognise.
    var both: Int
    var insideLongMinusShort: PairedDifference
    var giniLongMinusShort: PairedDifference
    /// Rank correlation of the two networks' maps of a scene.
    var likeness: Distribution
  }

  struct Row: Codable {
    var network: String
    var accuracy: Double
    var probability: Distribution
    /// Share of the positive relevance on the subject.
    var inside: Distribution
    var gini: Distribution
    var tenPixels: TenPixels.Row
  }

  /// What one network makes of the scenes; the true class is explained.
  private struct Seen {
    var row: Row
    var isRight: [Bool]
    var maps: [RelevanceMap]
    var inside: [Double]
    var gini: [Double]
  }

  static func measure(in laboratory: Laboratory) throws -> Result {
    let scenes = try laboratory.scenes()
    let short = try seen(laboratory.brief, scenes, in: laboratory)
    let long = try seen(laboratory.shallow, scenes, in: laboratory)
    let both = scenes.scenes.indices.filter { short.isRight[$0] && long.isRight[$0] }
    func chosen(_ values: [Double]) -> [Double] { both.map { values[$0] } }
    try keepFigure(of: scenes, Array(both.prefix(shown)), in: laboratory)
    return Result(
      images: scenes.scenes.count, method: method.name, short: short.row, long: long.row, both: both.count,
      insideLongMinusShort: PairedDifference(chosen(long.inside), chosen(short.inside)),
      giniLongMinusShort: PairedDifference(chosen(long.gini), chosen(short.gini)),
      likeness: Distribution(
        try both.map { try RankCorrelation.spearman(short.maps[$0].values, long.maps[$0].values) }))
  }

  private static func seen(_ network: TrainedNetwork, _ group: SceneGroup, in laboratory: Laboratory) throws -> Seen {
    let scores = try laboratory.scores(group.inputs, of: network)
    let maps = try laboratory.maps(method, of: group.inputs, targets: group.classes, with: network)
    let isRight = zip(scores, group.classes).map { $0.topClass == $1 }
    let inside = try zip(maps, group.scenes).map { try RelevanceMassAccuracy().value(of: $0, in: $1.subjectMask()) }
    let gini = maps.map { GiniIndex().value(of: $0) }
    return Seen(
      row: Row(
        network: network.name, accuracy: Double(isRight.count { $0 }) / Double(isRight.count),
        probability: Distribution(zip(scores, group.classes).map { $0.probabilities[$1] }),
        inside: Distribution(inside), gini: Distribution(gini),
        tenPixels: try TenPixels.row(maps, of: group.inputs, group.classes, method.name, with: network, in: laboratory)),
      isRight: isRight, maps: maps, inside: inside, gini: gini)
  }

  private static func keepFigure(of group: SceneGroup, _ places: [Int], in laboratory: Laboratory) throws {
    let chosen = group.chosen(places)
    let rows = try [laboratory.brief, laboratory.shallow].map { network in
      let scores = try laboratory.scores(chosen.inputs, of: network)
      let relevance = try method.relevance(
        of: chosen.inputs, targets: chosen.classes, with: network, on: laboratory.engine)
      return PictureSheet.Row(
        title: network.name,
        cells: try relevance.indices.map { index in
          let probability = scores[index].probabilities[chosen.classes[index]]
          return PictureSheet.Cell(
            try Heatmap(relevance[index]).drawn(),
            "\(chosen.scenes[index].subject.label) \(NumberText.percent(probability))")
        })
    }
    let scenes = PictureSheet.Row(title: "", cells: chosen.scenes.map { PictureSheet.Cell($0.picture) })
    try laboratory.keep(
      PictureSheet(title: "\(method.name), after a short and a long training", rows: [scenes] + rows).drawn(),
      as: figure)
  }

  static func section(_ result: Result) -> Section {
    var table = MarkdownTable([
      "network", "accuracy", "probability of the true class", "R⁺ on the subject", "Gini index", "lowest ten: improved",
      "highest ten: worsened", "highest ten: mean",
    ])
    for row in [result.short, result.long] {
      table.add([
        "`\(row.network)`", NumberText.percent(row.accuracy), NumberText.spread(row.probability, 3),
        NumberText.spread(row.inside, 3), NumberText.spread(row.gini, 3),
        NumberText.percent(row.tenPixels.lowest.shareImproved), NumberText.percent(row.tenPixels.highest.shareWorsened),
        NumberText.signed(row.tenPixels.highest.distribution.mean, 4),
      ])
    }
    return Section(
      title: "(a) Two training durations",
      parts: [
        .text(
          """
          The same architecture from the same random weights, after a short and after a long training \
          ([training.json](../Models/experiments/training.json)), on \(result.images) scenes; the true class is explained by \
          \(result.method).
          """), .table(table),
        .text(
          """
          On the \(result.both) scenes that both recognise, the two maps of a scene have a rank correlation of \
          \(NumberText.spread(result.likeness, 2)).
          """), .figure(figure, "short and long training"),
      ],
      claims: [
        Claim(
          text: "longer training puts more of the positive relevance on the subject",
          verdict: result.insideLongMinusShort.verdict,
          evidence: NumberText.difference(result.insideLongMinusShort, 3) + " of R⁺"),
        Claim(
          text: "longer training makes heatmaps sparser", verdict: result.giniLongMinusShort.verdict,
          evidence: "Gini index " + NumberText.difference(result.giniLongMinusShort, 3)),
      ])
  }
}
