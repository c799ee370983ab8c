import Evaluation
import Imaging
import RelevancePropagation
import Reporting

/// Two architectures on the same images: how sparse their heatmaps are.
enum Architectures: Experiment {
  static let name = "architectures"
  private static let figure = "architectures.svg"
  private static let shown = 5

  struct Result: Codable {
    var images: Int
    /// Scenes that both networks recognise: the numbers are of these.
    var both: Int
    var deep: Network
    var shallow: Network
    var rows: [Row]
  }

  struct Network: Codable {
    var name: String
    var convolutions: Int
    var parameters: Int
    var accuracy: Double
  }

  struct Row: Codable {
    var method: String
    var deepGini: Distribution
    var shallowGini: Distribution
    var deepEntropy: Distribution
    var shallowEntropy: Distribution
    var giniDeepMinusShallow: PairedDifference
    var entropyShallowMinusDeep: PairedDifference
  }

  /// Composites that mean the same in both.
  private static let methods: [MapMethod] = [
    .composite("epsilon_gamma_box", named: "LRP, epsilon_gamma_box"), .alphaBeta(2), .zero, .sensitivity,
  ]

  static func measure(in laboratory: Laboratory) throws -> Result {
    let group = try laboratory.scenes()
    let networks = try [laboratory.demo, laboratory.shallow]
    let isRight = try networks.map { network in
      zip(try laboratory.scores(group.inputs, of: network), group.classes).map { $0.topClass == $1 }
    }
    let both = group.scenes.indices.filter { isRight[0][$0] && isRight[1][$0] }
    let chosen = group.chosen(both)
    let rows = try methods.map { method in
      let maps = try networks.map {
        try laboratory.maps(method, of: chosen.inputs, targets: chosen.classes, with: $0)
      }
      let gini = maps.map { $0.map { GiniIndex().value(of: $0) } }
      let entropy = maps.map { $0.map { HeatmapEntropy().value(of: $0) } }
      return Row(
        method: method.name, deepGini: Distribution(gini[0]), shallowGini: Distribution(gini[1]),
        deepEntropy: Distribution(entropy[0]), shallowEntropy: Distribution(entropy[1]),
        giniDeepMinusShallow: PairedDifference(gini[0], gini[1]),
        entropyShallowMinusDeep: PairedDifference(entropy[1], entropy[0]))
    }
    try keepFigure(of: chosen.chosen(Array(0..<min(shown, both.count))), networks, in: laboratory)
    let described = zip(networks, isRight).map { network, isRight in
      Network(
        name: network.name, convolutions: network.network.nodes.count { $0.layer is Convolution },
        parameters: network.network.parameterCount, accuracy: Double(isRight.count { $0 }) / Double(isRight.count))
    }
    return Result(images: group.scenes.count, both: both.count, deep: described[0], shallow: described[1], rows: rows)
  }

  private static func keepFigure(
    of group: SceneGroup, _ networks: [TrainedNetwork], in laboratory: Laboratory
  ) throws {
    let rows = try networks.flatMap { network in
      try [methods[0], methods[1]].map { method in
        let relevance = try method.relevance(
          of: group.inputs, targets: group.classes, with: network, on: laboratory.engine)
        return PictureSheet.Row(
          title: "\(network.name): \(method.name)",
          cells: try relevance.map { relevance in
            let gini = GiniIndex().value(of: try RelevanceMap(relevance))
            return PictureSheet.Cell(try Heatmap(relevance).drawn(), "Gini \(NumberText.fixed(gini, 2))")
          })
      }
    }
    let scenes = PictureSheet.Row(
      title: "", cells: group.scenes.map { PictureSheet.Cell($0.picture, $0.subject.label) })
    try laboratory.keep(
      PictureSheet(title: "Two architectures, the same scenes", rows: [scenes] + rows).drawn(), as: figure)
  }

  static func section(_ result: Result) -> Section {
    var table = MarkdownTable([
      "map", "Gini: `\(result.deep.name)`", "Gini: `\(result.shallow.name)`", "difference", "sparser in",
      "entropy: `\(result.deep.name)`", "entropy: `\(result.shallow.name)`",
    ])
    for row in result.rows {
      table.add([
        row.method, NumberText.spread(row.deepGini, 3), NumberText.spread(row.shallowGini, 3),
        NumberText.difference(row.giniDeepMinusShallow, 3),
        NumberText.percent(row.giniDeepMinusShallow.shareLarger, digits: 0),
        NumberText.spread(row.deepEntropy, 2), NumberText.spread(row.shallowEntropy, 2),
      ])
    }
    func described(_ network: Network) -> String {
      "`\(network.name)` (\(network.convolutions) convolutions, \(network.parameters) parameters, "
        + "\(NumberText.percent(network.accuracy)) right)"
    }
    return Section(
      title: "(d) Two architectures",
      parts: [
        .text(
          """
          Samek et al. find the heatmaps of GoogleNet sparser than those of CaffeNet, and take it for a sign that the deeper \
          network looks at the parts that matter. Here \(described(result.deep)) beside \(described(result.shallow)), on the \
          \(result.both) of \(result.images) scenes that both recognise. Gini index: 0 where all pixels have the same |R|, near 1 \
          where few have all; entropy in nats, low where few have all.
          """), .table(table), .figure(figure, "maps of both"),
        .text(
          """
          The first layers differ in more than depth: 3 × 3 pixels with stride 1 against 7 × 7 with stride 2. How blurred a map is \
          by that alone cannot be told apart here.
          """),
      ],
      claims: result.rows.map { row in
        Claim(
          text: "\(row.method): the deeper network's maps are sparser", verdict: row.giniDeepMinusShallow.verdict,
          evidence: "Gini index \(NumberText.difference(row.giniDeepMinusShallow, 3)); sparser in "
            + "\(NumberText.percent(row.giniDeepMinusShallow.shareLarger, digits: 0)) of the scenes")
      })
  }
}
