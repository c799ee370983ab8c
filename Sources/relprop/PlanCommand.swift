import ArgumentParser
import Foundation
import RelevancePropagation
import Reporting

/// `relprop plan`: the rule of every layer and what it costs, before anything is run.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print which rule each layer of a network gets, with shapes, algorithms, arithmetic and memory.",
    discussion: """
      Nothing is run, and no device is needed: without --device it is planned for a CPU's kernels and any memory. FLOP count \
      a multiplication and an addition as two; memory is for one image. "forward by", "z by" and "back by" name the algorithms \
      where the kernels have several: F(4x4) and F(2x2) are Winograd's. "saved" is work that is left out or done on the way.

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

  @OptionGroup(title: "Kernels and device") var deviceOptions: DeviceOptions
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
    let engine = try deviceOptions.device.map { _ in try deviceOptions.engine(printing: false, helped: false) }
    let plan =
      try engine.map { PropagationPlan(network, rules: rules, targets: targets, on: $0) }
      ?? PropagationPlan(network, rules: rules, targets: targets, kernels: deviceOptions.plannedKernels())
    let averaging = translation.map { TranslationPlan($0, plan, input: network.inputShape) }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(
        String(
          decoding: try encoder.encode(
            PlanReport(plan, preset: preset, choice: choice, device: engine?.device.description, translation: averaging)
          ),
          as: UTF8.self))
    } else {
      let device = engine.map { "\($0.device)" } ?? "none looked at (--device names one): memory without bounds"
      for line in Self.lines(plan, preset: preset, choice: choice, device: device) + (averaging?.lines ?? []) {
        print(line)
      }
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

  static func lines(
    _ plan: PropagationPlan, preset: Preset, choice: ModelOptions.Choice, device: String
  ) -> [String] {
    var table = TextTable([
      ("#", .right), ("layer", .left), ("type", .left), ("rule", .left), ("input", .left), ("output", .left),
      ("forward by", .left), ("z by", .left), ("back by", .left), ("forward", .right), ("backward", .right),
      ("weights", .right), ("modified", .right), ("activations", .right), ("relevance", .right), ("launches", .right),
      ("saved", .left),
    ])
    for (index, layer) in plan.layers.enumerated() {
      table.add([
        "\(index)", layer.name, layer.type, layer.rule, layer.inputShapes.map(\.description).joined(separator: " "),
        layer.outputShape.description, layer.forwardAlgorithm ?? "", layer.denominatorAlgorithm ?? "",
        layer.backwardAlgorithm ?? "", flop(layer.forwardFLOP), flop(layer.backwardFLOP), bytes(layer.weightBytes),
        bytes(layer.modifiedWeightBytes), bytes(layer.activationBytes), bytes(layer.relevanceBytes),
        "\(layer.launches)", layer.shortcuts.joined(separator: ", "),
      ])
    }
    return [
      "model      \(choice.path): \(choice.model.architecture)",
      "composite  \(preset.name), conventions of \(preset.profile.name), start \(preset.start.rawValue)",
      "device     \(device)",
      "kernels    \(plan.kernels.family.rawValue), precision \(plan.kernels.precision.rawValue), convolutions "
        + plan.kernels.convolutions.rawValue,
    ] + (plan.targets > 1 ? ["targets    \(plan.targets) of an image share its forward pass and every z"] : [])
      + table.lines + [
        "total      forward \(flop(plan.forwardFLOP))FLOP, backward \(flop(plan.backwardFLOP))FLOP, \(plan.launches) launches",
        "memory     weights \(bytes(plan.weightBytes))B, modified weights \(bytes(plan.modifiedWeightBytes))B, "
          + "activations \(bytes(plan.activationBytes))B, backward pass \(bytes(plan.backwardBytes))B",
      ]
      + (plan.dropsFactors
        ? ["           no a / z is made forward: beside one image the device has no room for it"] : [])
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
