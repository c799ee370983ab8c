import Evaluation
import Imaging
import RelevancePropagation
import Reporting
import Scenes

/// All classes of one scene explained, in one figure: what speaks for each.
enum AllClasses: Experiment {
  static let name = "all-classes"
  private static let subject = SceneClass.castle
  private static let sceneSeed: UInt64 = 3
  private static let methods: [(method: MapMethod, file: String)] = [
    (.seed, "all-classes-seed.svg"), (.alphaBeta(2), "all-classes-alpha2.svg"),
    (.alphaBeta(3), "all-classes-alpha3.svg"),
  ]

  struct Result: Codable {
    var scene: String
    var rows: [Row]
  }

  struct Row: Codable {
    var method: String
    var figure: String
    var classes: [Explained]
  }

  struct Explained: Codable {
    var label: String
    var logit: Double
    var probability: Double
    /// All relevance, and the share of the positive part that lies on the subject.
    var relevance: Double
    var insideShare: Double
    /// Rank correlation with the map of the class with the highest score.
    var likeness: Double
  }

  static func measure(in laboratory: Laboratory) throws -> Result {
    let network = try laboratory.demo
    let scene = try Scene(of: subject, seed: sceneSeed)
    let group = try SceneGroup([scene], for: network)
    let scores = try laboratory.scores(group.inputs, of: network)[0]
    let rows = try methods.map { method, file in
      let classes = Array(network.labels.indices)
      let inputs = Tensor.stack(classes.map { _ in group.inputs[0] })
      let relevance = try method.relevance(of: inputs, targets: classes, with: network, on: laboratory.engine)
      let explained = try self.explained(relevance, of: scene, scores, network.labels)
      try laboratory.keep(figure(relevance, of: scene, explained, method.name), as: file)
      return Row(method: method.name, figure: file, classes: explained)
    }
    return Result(scene: "\(subject.label), seed \(sceneSeed)", rows: rows)
  }

  private static func explained(
    _ relevance: [Tensor], of scene: Scene, _ scores: Scores, _ labels: [String]
  ) throws -> [Explained] {
    let maps = try relevance.map { try RelevanceMap($0) }
    let mask = try scene.subjectMask()
    let probabilities = scores.probabilities
    return try labels.indices.map { index in
      Explained(
        label: labels[index], logit: Double(scores.logits[index]), probability: probabilities[index],
        relevance: maps[index].values.reduce(0) { $0 + Double($1) },
        insideShare: try RelevanceMassAccuracy().value(of: maps[index], in: mask),
        likeness: try RankCorrelation.spearman(maps[index].values, maps[scores.topClass].values))
    }
  }

  /// One colour scale for all classes: that of the class with the most relevance.
  private static func figure(
    _ relevance: [Tensor], of scene: Scene, _ explained: [Explained], _ method: String
  ) throws -> SVGDocument {
    let heatmaps = try relevance.map { try Heatmap($0) }
    let bound = heatmaps.map { $0.bound(.seed) }.max()!
    let large = try Scene(of: scene.subject, seed: scene.seed, size: 2 * scene.size)
    let cells =
      [PictureSheet.Cell(large.picture, "the scene", "")]
      + zip(heatmaps, explained).map { heatmap, one in
        PictureSheet.Cell(
          heatmap.drawn(bound: bound), one.label,
          "\(NumberText.percent(one.probability)), score \(NumberText.fixed(one.logit, 2))")
      }
    let columns = 4
    return try PictureSheet(
      title: "\(method): every class of one scene, one colour scale",
      rows: stride(from: 0, to: cells.count, by: columns).map {
        PictureSheet.Row(title: "", cells: Array(cells[$0..<min($0 + columns, cells.count)]))
      }, side: 150
    ).drawn()
  }

  static func section(_ result: Result) -> Section {
    let pictures = result.rows.map { Section.Part.figure($0.figure, $0.method) }
    var table = MarkdownTable(
      ["class", "score", "probability"]
        + result.rows.flatMap { ["\($0.method): ΣR", "R⁺ on the subject", "like the top class's"] })
    for (index, one) in (result.rows.first?.classes ?? []).enumerated() {
      table.add(
        [one.label, NumberText.fixed(one.logit, 2), NumberText.percent(one.probability, digits: 2)]
          + result.rows.flatMap { row in
            let one = row.classes[index]
            return [
              NumberText.fixed(one.relevance, 2), NumberText.percent(one.insideShare),
              NumberText.fixed(one.likeness, 2),
            ]
          })
    }
    return Section(
      title: "(a) All classes of one scene",
      parts: [
        .text(
          """
          The scene is \(result.scene). Red speaks for a class, blue against it; relevance starts from the class's score, so that \
          a class with a negative score has a map of the opposite sign. "Like the top class's" is Spearman's rank correlation \
          of the two maps.
          """)
      ] + pictures + [.table(table)], claims: [])
  }
}
