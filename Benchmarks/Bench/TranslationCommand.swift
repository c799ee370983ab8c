import ArgumentParser
import Compute
import DemoModel
import Foundation
import Imaging
import ModelFormats
import RelevancePropagation
import Reporting
import Scenes

/// `relprop-bench translation`: does translation averaging make heatmaps less noisy, and what does it do to what they show?
struct TranslationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translation",
    abstract: "Noise of averaged heatmaps, and their share inside the mask, over generated scenes.",
    discussion: """
      Every scene is explained plainly, averaged over grids of shifts, and, to compare, plainly with the map blurred. \
      instability: |R(x) - R(x moved)| / |R| (sums of absolutes over the pixels both have) when the scene is moved by one \
      pixel and the map moved back; far: by nine, so that averages over grids up to 9 x 9 have no copy in common. \
      roughness: |R - G*R| / |R| (Euclidean) with a Gaussian of 1 pixel. inside: share of the positive relevance in the \
      scene's mask. The class is that of the scene; borders are filled with the nearest pixel.
      """)

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Scenes, all classes in turn.", valueName: "number"))
  var scenes = 500

  @Option(help: ArgumentHelp("Seed of the scenes; the demo network was trained on 1001.", valueName: "number"))
  var sceneSeed: UInt64 = 5005

  @Option(help: ArgumentHelp("Composites.", valueName: "names"))
  var composite = "seed"

  @Option(help: ArgumentHelp("Sides of the grids of shifts.", valueName: "numbers"))
  var grids = "3,5,7"

  @Option(help: ArgumentHelp("Pixels between shifts.", valueName: "pixels"))
  var step = 1

  @Option(help: ArgumentHelp("Standard deviations of the blurs, in pixels.", valueName: "numbers"))
  var blurs = "0.5,0.75,1"

  /// A number over the scenes.
  struct Statistic: Encodable {
    var mean: Double
    var median: Double
    /// Of the mean.
    var standardError: Double

    init(_ values: [Double]) {
      let (count, sum) = (Double(values.count), values.reduce(0, +))
      mean = sum / count
      median = Spread(values).median
      let variance = values.reduce(0) { $0 + ($1 - sum / count) * ($1 - sum / count) } / max(count - 1, 1)
      standardError = (variance / count).squareRoot()
    }
  }

  struct Measure: Encodable {
    var value: Statistic
    /// Less the plain map's of the same scene.
    var change: Statistic
    /// Scenes where it is smaller than the plain map's.
    var smaller: Int

    init(_ values: [Double], plain: [Double]) {
      value = Statistic(values)
      change = Statistic(zip(values, plain).map { $0 - $1 })
      smaller = zip(values, plain).count { $0 < $1 }
    }
  }

  struct Row: Encodable {
    var composite: String
    /// "plain", "blur 0.5", "grid 5 x 5, step 1".
    var map: String
    /// Explanations of one image.
    var copies: Int
    var scenes: Int
    var sceneSeed: UInt64
    var instability: Measure
    var farInstability: Measure
    var roughness: Measure
    var inside: Measure
    /// Scenes that have no positive relevance, which `inside` leaves out.
    var withoutPositive: Int
    /// Summed over all scenes, each explained at three places; one machine's, and other programs may have run.
    var seconds: Double
  }

  /// What was measured of one kind of map, a number a scene.
  private struct Series {
    var map: String
    var copies: Int
    var instability: [Double] = []
    var farInstability: [Double] = []
    var roughness: [Double] = []
    var inside: [Double?] = []
    var seconds = 0.0

    mutating func add(_ numbers: MovedScene.Numbers) {
      instability.append(numbers.instability)
      farInstability.append(numbers.farInstability)
      roughness.append(numbers.roughness)
      inside.append(numbers.inside)
    }
  }

  func run() throws {
    let sides = try Numbers.list(options.quick ? "3" : grids, option: "--grids")
    let blurs = try blurs.split(separator: ",").map { text in
      guard let sigma = Double(text), sigma > 0, sigma <= 16 else {
        throw ValidationError("--blurs \(self.blurs): expected positive numbers up to 16, separated by commas")
      }
      return sigma
    }
    guard scenes > 0 else { throw ValidationError("--scenes \(scenes): expected at least 1") }
    guard options.model == nil else {
      throw ValidationError("--model: the scenes are of the demo network's classes, which is the one measured")
    }
    let sets = try [.grid(1)] + sides.map { try ShiftSet.grid($0, step: step) }
    let presets = try composite.split(separator: ",").map { try Preset.named(String($0)) }
    let model = try Self.demoModel()
    for set in sets { try set.check(for: model.network.inputShape) }
    let engine = try options.engine()
    let all = try SceneSet(count: options.quick ? 2 : scenes, seed: sceneSeed)
    print("device   \(engine.device)\nnetwork  the demo network, \(all.count) scenes of seed \(sceneSeed)")
    var rows: [Row] = []
    for preset in presets {
      let explainer = try Explainer(
        model.network, composite: preset, low: model.preprocessing.low, high: model.preprocessing.high, on: engine,
        batch: 8, options: .init(ledger: false))
      rows += try measure(
        all, model.preprocessing, preset.name,
        sets.map { try TranslationAverager(explainer, shifts: $0) }, blurs: blurs)
    }
    for line in Self.table(rows).lines { print(line) }
    try output.write(
      Report("translation", options, device: engine.device, network: "the demo network", rows: rows), Self.picture(rows)
    )
  }

  /// The network carried inside the binary.
  static func demoModel() throws -> LoadedModel {
    try ModelFile.load(
      bytes: Array(UnsafeBufferPointer(start: demo_model_bytes(), count: demo_model_size())), name: "the demo network")
  }

  /// - Parameter averagers: the first one's maps are the plain ones.
  private func measure(
    _ all: SceneSet, _ preprocessing: Preprocessing, _ composite: String, _ averagers: [TranslationAverager],
    blurs: [Double]
  ) throws -> [Row] {
    let preprocessor = try Preprocessor(preprocessing, inputShape: averagers[0].explainer.network.inputShape)
    var averaged = averagers.map { Series(map: $0.shifts.description, copies: $0.shifts.shifts.count) }
    averaged[0].map = "plain"
    var blurred = blurs.map { Series(map: "blur \($0)", copies: 1) }
    for index in 0..<all.count {
      Progress.note("\(composite), scene \(index + 1) of \(all.count)")
      let scene = try all.scene(at: index)
      let moved = try MovedScene(scene, preprocessor)
      for (number, averager) in averagers.enumerated() {
        let begin = ContinuousClock.now
        let maps = try averager.explain(moved.images) { _ in scene.subject.index }.map { PixelMap($0.relevance) }
        averaged[number].seconds += (ContinuousClock.now - begin) / .seconds(1)
        averaged[number].add(moved.numbers(of: maps))
        guard number == 0 else { continue }
        for (place, sigma) in blurs.enumerated() {
          blurred[place].add(moved.numbers(of: maps.map { $0.blurred(sigma: sigma) }))
        }
      }
    }
    return ([averaged[0]] + blurred + averaged.dropFirst()).map { row($0, plain: averaged[0], composite, all) }
  }

  private func row(_ series: Series, plain: Series, _ composite: String, _ all: SceneSet) -> Row {
    let inside = zip(series.inside, plain.inside).compactMap { one, other in
      one.flatMap { one in other.map { (one, $0) } }
    }
    return Row(
      composite: composite, map: series.map, copies: series.copies, scenes: all.count, sceneSeed: sceneSeed,
      instability: Measure(series.instability, plain: plain.instability),
      farInstability: Measure(series.farInstability, plain: plain.farInstability),
      roughness: Measure(series.roughness, plain: plain.roughness),
      inside: Measure(inside.map(\.0), plain: inside.map(\.1)), withoutPositive: all.count - inside.count,
      seconds: series.seconds)
  }

  private static func table(_ rows: [Row]) -> TextTable {
    var table = TextTable([
      ("composite", .left), ("map", .left), ("instability", .right), ("far", .right), ("roughness", .right),
      ("inside", .right),
      ("change of inside", .right), ("seconds", .right),
    ])
    for row in rows {
      func text(_ measure: Measure) -> String {
        String(format: "%.3f ± %.3f", measure.value.mean, measure.value.standardError)
      }
      table.add([
        row.composite, row.map, text(row.instability), text(row.farInstability), text(row.roughness), text(row.inside),
        String(format: "%+.4f ± %.4f", row.inside.change.mean, row.inside.change.standardError),
        String(format: "%.0f", row.seconds),
      ])
    }
    return table
  }

  private static func picture(_ rows: [Row]) -> SVGDocument {
    BarChart(
      title: "mean over the scenes", unit: "", categories: rows.map { "\($0.composite), \($0.map)" },
      series: [
        .init("instability", rows.map(\.instability.value.mean)), .init("far", rows.map(\.farInstability.value.mean)),
        .init("roughness", rows.map(\.roughness.value.mean)),
        .init("inside the mask", rows.map(\.inside.value.mean)),
      ]
    ).picture
  }
}
