import Evaluation
import Imaging
import RelevancePropagation
import Reporting

/// How much of the relevance is negative, as α grows.
enum NegativeRelevance: Experiment {
  static let name = "negative-relevance"
  private static let figure = "negative-relevance.svg"
  private static let shown = 5
  private static let alphas = [1, 2, 3]

  struct Result: Codable {
    var images: Int
    var rows: [Row]
    /// α = 2 minus α = 1, α = 3 minus α = 2.
    var steps: [PairedDifference]
  }

  struct Row: Codable {
    var method: String
    /// Σ max(−R, 0) / Σ |R| of the pixels.
    var share: Distribution
    /// Σ R / f: 1 where what is explained is shared out exactly.
    var sumOverScore: Distribution
    /// Of the scenes: whose relevance sums to the opposite sign of the score.
    var shareReversed: Double
    /// The same of each class's scenes.
    var reversedByClass: [String: Double]
  }

  private static let methods: [MapMethod] =
    alphas.map { .alphaBeta($0) }
    + [
      .composite("epsilon_alpha2_beta1", named: "LRP, α = 2, β = 1 in convolutions, ε in dense layers"), .zero, .seed,
    ]

  static func measure(in laboratory: Laboratory) throws -> Result {
    let network = try laboratory.demo
    let group = try laboratory.scenes()
    let scores = try laboratory.scores(group.inputs, of: network)
    let targets = scores.map(\.topClass)
    let maps = try methods.map { try laboratory.maps($0, of: group.inputs, targets: targets, with: network) }
    let shares = maps.map { $0.map(share) }
    try keepFigure(of: group.chosen(Array(0..<min(shown, targets.count))), targets, network, in: laboratory)
    return Result(
      images: targets.count,
      rows: methods.indices.map { index in
        let sums = zip(maps[index], scores).map { map, scores in
          map.values.reduce(0) { $0 + Double($1) } / Double(scores.logits[scores.topClass])
        }
        let classes = Set(targets).map { target in
          let own = targets.indices.filter { targets[$0] == target }.map { sums[$0] }
          return (network.labels[target], Double(own.count { $0 < 0 }) / Double(own.count))
        }
        return Row(
          method: methods[index].name, share: Distribution(shares[index]), sumOverScore: Distribution(sums),
          shareReversed: Double(sums.count { $0 < 0 }) / Double(sums.count),
          reversedByClass: Dictionary(uniqueKeysWithValues: classes))
      }, steps: [PairedDifference(shares[1], shares[0]), PairedDifference(shares[2], shares[1])])
  }

  static func share(_ map: RelevanceMap) -> Double {
    let (negative, all) = map.values.reduce((0.0, 0.0)) { ($0.0 + Double(max(-$1, 0)), $0.1 + Double(abs($1))) }
    return negative / all
  }

  private static func keepFigure(
    of group: SceneGroup, _ targets: [Int], _ network: TrainedNetwork, in laboratory: Laboratory
  ) throws {
    let rows = try methods.prefix(alphas.count).map { method in
      let relevance = try method.relevance(
        of: group.inputs, targets: Array(targets.prefix(group.scenes.count)), with: network, on: laboratory.engine)
      return PictureSheet.Row(
        title: method.name,
        cells: try relevance.map { relevance in
          let share = share(try RelevanceMap(relevance))
          return PictureSheet.Cell(try Heatmap(relevance).drawn(), "\(NumberText.percent(share, digits: 0)) negative")
        })
    }
    let scenes = PictureSheet.Row(
      title: "", cells: group.scenes.map { PictureSheet.Cell($0.picture, $0.subject.label) })
    try laboratory.keep(PictureSheet(title: "α = 1, 2, 3 in all layers", rows: [scenes] + rows).drawn(), as: figure)
  }

  static func section(_ result: Result) -> Section {
    var table = MarkdownTable([
      "map", "negative share", "extremes", "ΣR / score, median", "ΣR of the wrong sign", "most often",
    ])
    for row in result.rows {
      table.add([
        row.method, NumberText.spread(row.share, 3),
        "\(NumberText.fixed(row.share.smallest, 3)) … \(NumberText.fixed(row.share.largest, 3))",
        NumberText.fixed(row.sumOverScore.median, 2), NumberText.percent(row.shareReversed),
        mostReversed(row),
      ])
    }
    let first = result.rows[0]
    return Section(
      title: "(e) Negative relevance for α = 1, 2, 3",
      parts: [
        .text(
          """
          α weighs what speaks for a class, β = α − 1 what speaks against it. Σ max(−R, 0) / Σ|R| over the pixels of \
          \(result.images) scenes; the same α and β in all layers with weights, biases split by sign. Biases take relevance too, and \
          a unit without any negative contribution passes on α times its own (all packages do so): the sum over the pixels is not \
          the score, and where it has the opposite sign the whole map is blue although the score is positive. `relprop demo --class \
          airliner` shows it layer by layer: nearly all of that class's score is the biases' of the last convolution; it is \
          what the network says when nothing speaks for another class.
          """), .table(table), .figure(figure, "three values of α"),
      ],
      claims: [
        Claim(
          text: "α = 1 gives no negative relevance", verdict: Verdict(first.share.largest == 0),
          evidence: "largest share \(NumberText.percent(first.share.largest))"),
        Claim(
          text: "the negative share grows from α = 1 to 2", verdict: result.steps[0].verdict,
          evidence: NumberText.difference(result.steps[0], 3)),
        Claim(
          text: "and from α = 2 to 3", verdict: result.steps[1].verdict,
          evidence: NumberText.difference(result.steps[1], 3)),
      ])
  }

  /// "airliner, 92 %", or nothing where no scene's sum is reversed.
  private static func mostReversed(_ row: Row) -> String {
    // Of equal ones the first by name.
    let most = row.reversedByClass.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.first
    guard let most, most.value > 0 else { return "" }
    return "\(most.key), \(NumberText.percent(most.value, digits: 0))"
  }
}
