import ArgumentParser
import Compute
import Foundation
import Imaging
import RelevancePropagation

/// `relprop explain`: which pixels made the network decide.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain what a network saw in photographs: heatmap, overlay, raw relevance and a report for each.",
    discussion: """
      For every image NAME.heatmap.png, NAME.overlay.png, NAME.relevance.npy ([C, H, W], float32) and NAME.json are \
      written. Red counts for the class, blue against it. The ledger tells how much relevance enters and leaves every \
      layer, and what biases, stabilizers and filters keep. Several targets of an image share its forward pass; each \
      writes its own files.
      """)

  @Argument(help: ArgumentHelp("JPEG, PNG, TIFF or WebP files.", valueName: "image"))
  var images: [String]

  @OptionGroup(title: "Network") var modelOptions: ModelOptions

  @OptionGroup(title: "What is explained") var targetOptions: TargetOptions

  @OptionGroup(title: "Method") var methodOptions: MethodOptions

  @OptionGroup(title: "Rules") var compositeOptions: CompositeOptions

  @OptionGroup(title: "Between input and output") var layerOptions: LayerOptions

  @OptionGroup(title: "Pictures") var pictureOptions: PictureOptions

  @Option(help: ArgumentHelp("Folder for the results; made if it does not exist.", valueName: "folder"))
  var output = "relprop-out"

  @Option(help: ArgumentHelp("How many classes to print.", valueName: "number"))
  var top = 5

  @Flag(help: "Do not print the ledger.")
  var quiet = false

  @Flag(help: "Also write NAME.input.npy, the tensor the network read, to compare with other programs.")
  var saveInput = false

  @OptionGroup(title: "Device") var deviceOptions: DeviceOptions

  func run() throws {
    let preset = try compositeOptions.preset()
    let colors = try pictureOptions.colors()
    let normalization = try pictureOptions.normalization()
    let progress = Progress()

    let choice = try modelOptions.load()
    let network = try choice.model.network.canonized()
    let targets = try targetOptions.choice(
      labels: choice.labels, network: network, usual: preset.start == .one ? { .one($0) } : { .logit($0) })
    let baseline = try methodOptions.baseline(for: network, black: choice.preprocessing.low)
    let keeping = try layerOptions.keeping(of: network)
    var folder = try OutputFolder(output)
    printModel(choice)
    fflush(nil)  // a reader at the other end of a pipe sees this before any error

    progress.update("compiling kernels")
    let engine = try deviceOptions.engine()
    progress.update("uploading weights")
    let method = try ExplanationMethod(
      network, choice.preprocessing, preset: preset, baseline: baseline, targets: targets, keeping: keeping,
      engine: engine)
    let preprocessor = try Preprocessor(choice.preprocessing, inputShape: network.inputShape)
    let writer = ExplanationWriter(
      choice: choice, network: network, method: method.label, rules: method.rules,
      composite: method.rules == nil ? "" : preset.name, filters: targets.filters, preprocessor: preprocessor,
      colors: colors,
      normalization: normalization, device: engine.device)

    var failures = 0
    for (number, image) in images.enumerated() {
      progress.update("\(number + 1) of \(images.count): \(image)")
      do {
        let photograph = try Photograph(path: image)
        let input = try preprocessor.input(photograph)
        let explanations = try method.explain(input.tensor, targets)
        progress.finish()
        printScores(explanations.map(\.explanation), image: image, photograph, choice: choice)
        for (explanation, suffix) in explanations {
          let stem = folder.stem(for: image, suffix: suffix + (baseline.map { ".\(type(of: $0).name)" } ?? ""))
          let alarms = explanation.ledger?.alarms(entry: explanation.entry, explosion: layerOptions.alarm) ?? []
          let bound = try writer.write(
            explanation, of: image, photograph, input, alarms: alarms, layers: layerOptions, to: stem)
          if saveInput { try NumPyArray(input.tensor).write(to: stem + ".input.npy") }
          printExplanation(explanation, choice: choice)
          print(
            String(
              format: "  wrote %@.{heatmap.png,overlay.png,relevance.npy,json}; strongest colour ±%.4g", stem, bound))
          fflush(nil)
          warn(alarms)
        }
      } catch  where images.count > 1 && !Self.concernsAll(error) {
        progress.finish()
        failures += 1
        FileHandle.standardError.write(Data("relprop: \(error)\n".utf8))
      }
    }
    progress.finish()
    if failures > 0 {
      FileHandle.standardError.write(Data("relprop: \(failures) of \(images.count) images failed\n".utf8))
      throw ExitCode.failure
    }
  }

  /// Whether an error would meet every other image too.
  private static func concernsAll(_ error: any Error) -> Bool {
    error is ComputeError || error is FileWriteError || error is MappedFileError
  }

  private func printModel(_ choice: ModelOptions.Choice) {
    let network = choice.model.network
    print("model    \(choice.path): \(choice.model.architecture), \(choice.model.format)")
    print("         input \(network.inputShape), \(network.parameterCount) parameters, \(choice.labels.count) classes")
    for note in choice.model.notes { print("         note: \(note)") }
    let p = choice.preprocessing
    print(
      "pixels   \(p.channelOrder.rawValue), scale \(String(format: "%.6g", p.scale)), mean \(list(p.mean)), "
        + "std \(list(p.deviation)), \(p.fitting.rawValue)")
    print("         because: \(choice.preprocessingReason)")
  }

  /// The worst layer of each kind; all stand in the report.
  private func warn(_ alarms: [LedgerAlarm]) {
    for kind in LedgerAlarm.Kind.allCases {
      let same = alarms.filter { $0.kind == kind }
      guard let worst = same.max(by: { $0.ratio < $1.ratio }) else { continue }
      let more = same.count > 1 ? "; \(same.count - 1) more layer(s) in the report" : ""
      FileHandle.standardError.write(Data("relprop: warning: \(worst)\(more)\n".utf8))
    }
  }

  private func printScores(
    _ explanations: [Explanation], image: String, _ photograph: Photograph, choice: ModelOptions.Choice
  ) {
    print("\n\(image): \(photograph.width) x \(photograph.height) pixels")
    let scores = explanations[0].scores
    let probabilities = scores.probabilities
    for index in scores.ranking.prefix(max(top, 1)) {
      let mark = explanations.contains { $0.target == index } ? "*" : " "
      print(
        String(
          format: "  %@ %5.1f %%  score %8.4f  %4d  ", mark, 100 * probabilities[index], scores.logits[index], index)
          + choice.labels[index])
    }
  }

  private func printExplanation(_ explanation: Explanation, choice: ModelOptions.Choice) {
    let relevance = explanation.relevance.withScalars { $0.reduce(0) { $0 + Double($1) } }
    print(
      "  explained: \(TargetText.line(explanation, labels: choice.labels)); "
        + String(
          format: explanation.start == nil ? "the map's sum is %.5g" : "the pixels hold %.5g of it", relevance)
        + String(format: " (%.3f s forward, %.3f s backward)", explanation.forwardSeconds, explanation.backwardSeconds))
    if !quiet, let ledger = explanation.ledger {
      for line in LedgerTable.lines(ledger, entry: explanation.entry) { print("  \(line)") }
    }
  }

  private func list(_ numbers: [Double]) -> String { numbers.map { String(format: "%.6g", $0) }.joined(separator: ",") }
}
