import Evaluation
import RelevancePropagation
import Reporting

/// LRP against sensitivity analysis: regions are replaced by noise, the most relevant first, and the fall of the score is
/// told (AOPC).
enum AgainstSensitivity: Experiment {
  static let name = "aopc"
  private static let chart = "aopc.svg"
  /// Scenes: each is run as often as there are methods and steps.
  private static let most = 250
  private static let edge = 8
  private static let steps = 100
  private static let noiseSeed: UInt64 = 1

  struct Result: Codable {
    var images: Int
    var removal: String
    var steps: Int
    var rows: [Row]
    var lrpMinusSensitivity: PairedDifference
    var lrpMinusRandom: PairedDifference
    var sensitivityMinusRandom: PairedDifference
  }

  struct Row: Codable {
    var method: String
    /// Of the score before the softmax, and of the probability.
    var logit: Distribution
    var probability: Distribution
    /// Mean over the images of the probability after each step, and its standard error.
    var meanCurve: [Double]
    var errorCurve: [Double]
  }

  private static let methods: [MapMethod] = [.seed, .alphaBeta(2), .zero, .gradientInput, .sensitivity]
  private static let random = "random order"

  static func measure(in laboratory: Laboratory) throws -> Result {
    let network = try laboratory.demo
    let group = try laboratory.scenes(most)
    let targets = try laboratory.scores(group.inputs, of: network).map(\.topClass)
    let runner = try RemovalRunner(
      network.network, low: network.preprocessing.low, high: network.preprocessing.high, on: laboratory.engine)
    let images = targets.indices.map { RemovalImage(group.inputs[$0], key: UInt64($0)) }
    func curves(_ maps: [RelevanceMap], _ order: RemovalOrder) throws -> [RemovalCurve] {
      let removal = self.removal(order)
      let entries = try maps.indices.map {
        try RemovalEntry(image: $0, key: UInt64($0), map: maps[$0], removal: removal, target: targets[$0])
      }
      return try runner.curves(entries, of: images, removal)
    }
    var found: [String: [RemovalCurve]] = [:]
    var maps: [RelevanceMap] = []
    for method in methods {
      maps = try laboratory.maps(method, of: group.inputs, targets: targets, with: network)
      found[method.name] = try curves(maps, .mostRelevantFirst)
    }
    // A random order asks no map.
    found[random] = try curves(maps, .random(seed: noiseSeed))
    func values(_ name: String) -> [Double] { found[name]!.map { AOPC.value($0.logits) } }
    return Result(
      images: targets.count, removal: removal(.mostRelevantFirst).name, steps: steps,
      rows: (methods.map(\.name) + [random]).map { row($0, found[$0]!) },
      lrpMinusSensitivity: PairedDifference(values(MapMethod.seed.name), values(MapMethod.sensitivity.name)),
      lrpMinusRandom: PairedDifference(values(MapMethod.seed.name), values(random)),
      sensitivityMinusRandom: PairedDifference(values(MapMethod.sensitivity.name), values(random)))
  }

  private static func removal(_ order: RemovalOrder) -> Removal {
    Removal(.patch(edge: edge), order, .uniform(seed: noiseSeed), steps: steps)
  }

  private static func row(_ method: String, _ curves: [RemovalCurve]) -> Row {
    let points = (0...steps).map { step in Distribution(curves.map { $0.probabilities[step] }) }
    return Row(
      method: method, logit: Distribution(curves.map { AOPC.value($0.logits) }),
      probability: Distribution(curves.map { AOPC.value($0.probabilities) }), meanCurve: points.map(\.mean),
      errorCurve: points.map(\.standardError))
  }

  static func section(_ result: Result) -> Section {
    var table = MarkdownTable(["order of removal", "AOPC of the score", "AOPC of the probability"])
    for row in result.rows.sorted(by: { $0.logit.mean > $1.logit.mean }) {
      table.add([row.method, NumberText.spread(row.logit, 2), NumberText.spread(row.probability, 3)])
    }
    let lines = BandChart(
      title: "Probability of the explained class, mean of \(result.images) scenes and its standard error",
      horizontal: "patches of \(edge) × \(edge) replaced by noise", vertical: "probability",
      series: result.rows.map { row in
        BandChart.Series(
          row.method,
          zip(row.meanCurve, row.errorCurve).enumerated().map { (x: Double($0), y: $1.0, spread: $1.1) })
      }, limits: 0...1)
    func difference(_ paired: PairedDifference) -> String {
      "AOPC \(NumberText.difference(paired, 2)); larger in \(NumberText.percent(paired.shareLarger, digits: 0)) of the scenes"
    }
    return Section(
      title: "(b) LRP against sensitivity analysis",
      parts: [
        .text(
          """
          Samek et al. 2017: patches of the image are replaced by uniform noise, the most relevant first; the more the score \
          falls, the better the map named what the network uses. Here \(result.removal), \(result.steps) of 144 patches, \
          \(result.images) scenes; AOPC is the mean fall over the steps (source and traps: [Evaluation.md](Evaluation.md)).
          """), .table(table), .figure(chart, "mean curves"),
      ],
      claims: [
        Claim(
          text: "LRP (seed's composite) names what the network uses better than sensitivity does",
          verdict: result.lrpMinusSensitivity.verdict, evidence: difference(result.lrpMinusSensitivity)),
        Claim(
          text: "LRP is better than a random order", verdict: result.lrpMinusRandom.verdict,
          evidence: difference(result.lrpMinusRandom)),
        Claim(
          text: "sensitivity is better than a random order", verdict: result.sensitivityMinusRandom.verdict,
          evidence: difference(result.sensitivityMinusRandom)),
      ], charts: [chart: lines.picture])
  }
}
