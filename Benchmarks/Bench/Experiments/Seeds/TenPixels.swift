import Evaluation
import RelevancePropagation
import Reporting

/// The practical work's experiment: the ten pixels of lowest relevance are negated, then the ten of highest, and the
/// change of the explained class's probability is told.
enum TenPixels: Experiment {
  static let name = "ten-pixels"

  struct Result: Codable {
    var rows: [Row]
    /// Whether networks for digits were there.
    var hasDigits: Bool
  }

  struct Row: Codable {
    var network: String
    var method: String
    var images: Int
    var lowest: Change
    var highest: Change
  }

  /// Of the probability, when ten pixels are negated.
  struct Change: Codable, Hashable {
    /// Of the images.
    var shareImproved: Double
    var shareWorsened: Double
    var distribution: Distribution

    init(_ changes: [Double]) {
      let summary = TenPixelExperiment.Summary(changes)
      shareImproved = summary.improved
      shareWorsened = summary.worsened
      distribution = Distribution(changes)
    }
  }

  private static let methods: [MapMethod] = [.zero, .alphaBeta(2), .alphaBeta(3), .seed, .sensitivity]
  private static let chance = "ten pixels at random"

  static func measure(in laboratory: Laboratory) throws -> Result {
    let digits = try laboratory.digits()
    let all = try [(laboratory.demo, laboratory.scenes().inputs)] + digits.map { ($0.network, $0.inputs) }
    let rows = try all.flatMap { network, inputs in
      let targets = try laboratory.scores(inputs, of: network).map(\.topClass)
      return try methods.map { method in
        let maps = try laboratory.maps(method, of: inputs, targets: targets, with: network)
        return try row(maps, of: inputs, targets, method.name, with: network, in: laboratory)
      } + [row(chanceMaps(inputs), of: inputs, targets, chance, with: network, in: laboratory)]
    }
    return Result(rows: rows, hasDigits: !digits.isEmpty)
  }

  /// Maps that know nothing: their lowest ten and highest ten pixels are any.
  private static func chanceMaps(_ inputs: Tensor) -> [RelevanceMap] {
    (0..<inputs.shape[0]).map { .random(height: inputs.shape[2], width: inputs.shape[3], seed: UInt64($0)) }
  }

  /// One network, one method.
  static func row(
    _ maps: [RelevanceMap], of inputs: Tensor, _ targets: [Int], _ method: String, with network: TrainedNetwork,
    in laboratory: Laboratory
  ) throws -> Row {
    let runner = try RemovalRunner(
      network.network, low: network.preprocessing.low, high: network.preprocessing.high, on: laboratory.engine)
    let images = maps.indices.map { RemovalImage(inputs[$0], key: UInt64($0)) }
    func change(_ end: TenPixelExperiment.End) throws -> Change {
      let experiment = TenPixelExperiment(end)
      let entries = try maps.indices.map {
        try RemovalEntry(image: $0, map: maps[$0], removal: experiment.removal, target: targets[$0])
      }
      return Change(try runner.curves(entries, of: images, experiment.removal).map { experiment.change($0) })
    }
    return try Row(
      network: network.name, method: method, images: maps.count, lowest: change(.lowest), highest: change(.highest))
  }

  /// Rows as the page shows them.
  static func table(_ rows: [Row]) -> MarkdownTable {
    var table = MarkdownTable(
      [
        "network", "map", "lowest ten negated: improved", "mean ± deviation", "extremes",
        "highest ten negated: worsened", "mean ± deviation", "extremes",
      ], textColumns: 2)
    for row in rows {
      table.add(
        [row.network, row.method, NumberText.percent(row.lowest.shareImproved)] + cells(row.lowest)
          + [NumberText.percent(row.highest.shareWorsened)] + cells(row.highest))
    }
    return table
  }

  private static func cells(_ change: Change) -> [String] {
    let (low, high) = (change.distribution.smallest, change.distribution.largest)
    return [
      NumberText.spread(change.distribution, 4), "\(NumberText.signed(low, 4)) … \(NumberText.signed(high, 4))",
    ]
  }
}
