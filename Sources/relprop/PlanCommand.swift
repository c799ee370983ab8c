import ArgumentParser
import Foundation
import RelevancePropagation
import Reporting

/// `relprop plan`: the rule of every layer and what it costs, before anything is run.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print which rule each layer of a network gets, with shapes, arithmetic and memory.",
    discussion: """
      Nothing is run and no device is needed. FLOP count a multiplication and an addition as two; memory is for one image.

      With an image it is planned how `relprop scan` would explain it: windows, arithmetic, memory, disk and time, which is \
      measured on some windows.
      """)

  @Argument(help: ArgumentHelp("A large image: plan a scan of it.", valueName: "image"))
  var image: String?

  @OptionGroup(title: "Network") var modelOptions: ModelOptions

  @OptionGroup(title: "Rules") var compositeOptions: CompositeOptions

  @OptionGroup(title: "Windows of a large image") var scanOptions: ScanOptions

  @Option(help: ArgumentHelp("Windows of a large image explained at once.", valueName: "number"))
  var batch: Int?

  @Option(help: ArgumentHelp("Columns of 512 pixels a strip of a large image is wide at most.", valueName: "number"))
  var widestStrip = ScanCommand.usualWidestStrip

  @OptionGroup(title: "Kernels, and the device for a large image") var deviceOptions: DeviceOptions
  @OptionGroup(title: "Translation averaging") var translationOptions: TranslationOptions

  @Option(help: ArgumentHelp("Classes explained at once.", valueName: "number"))
  var targets = 1

  @Flag(help: "Print JSON, with every parameter of every rule.")
  var json = false

  func run() throws {
    guard targets > 0 else { throw ValidationError("--targets \(targets): expected at least 1") }
    if let image { return try planScan(of: image) }
    let preset = try compositeOptions.preset()
    let translation = try translationOptions.choice()
    let choice = try modelOptions.load()
    let network = try choice.model.network.canonized()
    try translation?.shifts.check(for: network.inputShape)
    let (low, high) = (choice.preprocessing.low, choice.preprocessing.high)
    let rules = try preset.composite(for: network, low: low, high: high).resolve(for: network)
    let plan = PropagationPlan(network, rules: rules, targets: targets, kernels: try deviceOptions.plannedKernels())
    let averaging = translation.map { TranslationPlan($0, plan, input: network.inputShape) }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(
        String(
          decoding: try encoder.encode(PlanReport(plan, preset: preset, choice: choice, translation: averaging)),
          as: UTF8.self))
    } else {
      for line in Self.lines(plan, preset: preset, choice: choice) + (averaging?.lines ?? []) { print(line) }
    }
  }

  private func planScan(of image: String) throws {
    let setup = try ScanSetup(
      image: image, scanOptions, model: modelOptions, composite: compositeOptions, precision: deviceOptions.precision)
    let forecast = try ScanForecast(
      setup, batch: batch, widestStrip: widestStrip, engine: try deviceOptions.engine(printing: !json))
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(ScanPlanReport(setup, forecast)), as: UTF8.self))
    } else {
      for line in ScanText.setup(setup) + forecast.lines { print(line) }
    }
  }

  static func lines(_ plan: PropagationPlan, preset: Preset, choice: ModelOptions.Choice) -> [String] {
    var table = TextTable([
      ("#", .right), ("layer", .left), ("type", .left), ("rule", .left), ("input", .left), ("output", .left),
      ("forward", .right), ("backward", .right), ("weights", .right), ("modified", .right), ("activations", .right),
      ("relevance", .right), ("launches", .right), ("saved", .left),
    ])
    for (index, layer) in plan.layers.enumerated() {
      table.add([
        "\(index)", layer.name, layer.type, layer.rule, layer.inputShapes.map(\.description).joined(separator: " "),
        layer.outputShape.description, flop(layer.forwardFLOP), flop(layer.backwardFLOP), bytes(layer.weightBytes),
        bytes(layer.modifiedWeightBytes), bytes(layer.activationBytes), bytes(layer.relevanceBytes),
        "\(layer.launches)", layer.shortcuts.joined(separator: ", "),
      ])
    }
    return [
      "model      \(choice.path): \(choice.model.architecture)",
      "composite  \(preset.name), conventions of \(preset.profile.name), start \(preset.start.rawValue)",
    ] + table.lines + [
      "total      forward \(flop(plan.forwardFLOP))FLOP, backward \(flop(plan.backwardFLOP))FLOP, \(plan.launches) launches",
      "memory     weights \(bytes(plan.weightBytes))B, modified weights \(bytes(plan.modifiedWeightBytes))B, "
        + "activations \(bytes(plan.activationBytes))B, backward pass \(bytes(plan.backwardBytes))B",
    ]
  }

  /// Three digits and a decimal prefix: "15.5 G".
  static func flop(_ value: Int) -> String { scaled(Double(value), 1000, ["", "k", "M", "G", "T", "P"]) }

  /// Three digits and a binary prefix: "528 Mi".
  static func bytes(_ value: Int) -> String { scaled(Double(value), 1024, ["", "Ki", "Mi", "Gi", "Ti"]) }

  private static func scaled(_ value: Double, _ step: Double, _ prefixes: [String]) -> String {
    var (rest, index) = (value, 0)
    while rest >= step, index < prefixes.count - 1 { (rest, index) = (rest / step, index + 1) }
    return index == 0
      ? String(format: "%.0f ", rest) : String(format: rest < 10 ? "%.2f %@" : "%.1f %@", rest, prefixes[index])
  }
}

/// The plan as JSON.
struct PlanReport: Encodable {
  var model: String
  var composite: String
  var profile: String
  var start: String
  var targets: Int
  var layers: [Layer]
  var total: Total
  /// Of one image's average; null without one.
  var translation: TranslationPlan?

  struct Layer: Encodable {
    var name: String
    var type: String
    var rule: String
    var inputShapes: [[Int]]
    var outputShape: [Int]
    var forwardFLOP: Int
    var backwardFLOP: Int
    var weightBytes: Int
    var modifiedWeightBytes: Int
    var activationBytes: Int
    var relevanceBytes: Int
    var launches: Int
    var shortcuts: [String]
  }

  struct Total: Encodable {
    var forwardFLOP: Int
    var backwardFLOP: Int
    var weightBytes: Int
    var modifiedWeightBytes: Int
    var activationBytes: Int
    var backwardBytes: Int
    var launches: Int
  }

  init(_ plan: PropagationPlan, preset: Preset, choice: ModelOptions.Choice, translation: TranslationPlan?) {
    self.translation = translation
    model = choice.path
    composite = preset.name
    profile = preset.profile.name
    start = preset.start.rawValue
    targets = plan.targets
    layers = plan.layers.map {
      Layer(
        name: $0.name, type: $0.type, rule: $0.rule, inputShapes: $0.inputShapes.map(\.extents),
        outputShape: $0.outputShape.extents, forwardFLOP: $0.forwardFLOP, backwardFLOP: $0.backwardFLOP,
        weightBytes: $0.weightBytes, modifiedWeightBytes: $0.modifiedWeightBytes, activationBytes: $0.activationBytes,
        relevanceBytes: $0.relevanceBytes, launches: $0.launches, shortcuts: $0.shortcuts)
    }
    total = Total(
      forwardFLOP: plan.forwardFLOP, backwardFLOP: plan.backwardFLOP, weightBytes: plan.weightBytes,
      modifiedWeightBytes: plan.modifiedWeightBytes, activationBytes: plan.activationBytes,
      backwardBytes: plan.backwardBytes, launches: plan.launches)
  }
}
