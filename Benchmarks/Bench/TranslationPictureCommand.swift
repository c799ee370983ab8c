import ArgumentParser
import Foundation
import Imaging
import RelevancePropagation
import Reporting
import Scenes

/// `relprop-bench translation-picture`: one scene's maps before and after averaging, with their numbers.
struct TranslationPictureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translation-picture",
    abstract:
      "Draw one scene's plain and averaged maps and the deviation over the shifts side by side, with their numbers.",
    discussion: """
      A row a composite: the scene; the plain map; the averaged map; the deviation of each pixel over the shifts, black 0. \
      All three maps of a row have the plain map's range. The numbers are those of relprop-bench translation.
      """)

  @OptionGroup var options: BenchmarkOptions

  @Option(name: .customLong("class"), help: ArgumentHelp("What the scene shows.", valueName: "class"))
  var subject = SceneClass.castle.label

  @Option(help: ArgumentHelp("Which scene of the class.", valueName: "number"))
  var sceneSeed: UInt64 = 3

  @Option(help: ArgumentHelp("Composites.", valueName: "names"))
  var composite = "seed,zero"

  @Option(help: ArgumentHelp("Side of the grid of shifts.", valueName: "number"))
  var grid = 5

  @Option(help: ArgumentHelp("Where the picture goes.", valueName: "file.png"))
  var picture: String

  /// Picture pixels a pixel of the network.
  private static let scale = 3

  func run() throws {
    guard options.model == nil else { throw ValidationError("--model: the scene is one of the demo network's classes") }
    let shifts = try ShiftSet.grid(grid)
    let subject = try SceneClass(named: subject)
    let presets = try composite.split(separator: ",").map { try Preset.named(String($0)) }
    let model = try TranslationCommand.demoModel()
    let engine = try options.engine()
    let preprocessor = try Preprocessor(model.preprocessing, inputShape: model.network.inputShape)
    let moved = try MovedScene(Scene(of: subject, seed: sceneSeed), preprocessor)
    let seen = Picture(width: moved.scene.size, height: moved.scene.size, pixels: moved.scene.image)
    var table = TextTable([
      ("composite", .left), ("map", .left), ("instability", .right), ("far", .right), ("roughness", .right),
      ("inside", .right),
    ])
    var pictures: [Picture] = []
    for preset in presets {
      let explainer = try Explainer(
        model.network, composite: preset, low: model.preprocessing.low, high: model.preprocessing.high, on: engine,
        batch: 8, options: .init(ledger: false))
      var bound: Double?
      pictures.append(seen.enlarged(by: Self.scale))
      for set in [try ShiftSet.grid(1), shifts] {
        let explanations = try TranslationAverager(explainer, shifts: set, variance: true).explain(moved.images) { _ in
          subject.index
        }
        let heatmap = try Heatmap(explanations[0].relevance)
        let range = bound ?? heatmap.bound(.seed)
        bound = range
        pictures.append(heatmap.picture(.seismic, bound: range).enlarged(by: Self.scale))
        let numbers = moved.numbers(of: explanations.map { PixelMap($0.relevance) })
        table.add([
          preset.name, set.shifts.count == 1 ? "plain" : set.description,
          String(format: "%.3f", numbers.instability), String(format: "%.3f", numbers.farInstability),
          String(format: "%.3f", numbers.roughness), numbers.inside.map { String(format: "%.3f", $0) } ?? "",
        ])
        guard set.shifts.count > 1, let variance = explanations[0].translation?.variance else { continue }
        let deviation = Tensor(shape: variance.shape, scalars: variance.scalars.map { $0.squareRoot() })
        pictures.append(try Heatmap(deviation).picture(ColorMap("hot"), bound: range).enlarged(by: Self.scale))
      }
    }
    for line in table.lines { print(line) }
    try Picture.grid(pictures, columns: 4).write(to: picture)
    print("wrote \(picture)")
  }
}
