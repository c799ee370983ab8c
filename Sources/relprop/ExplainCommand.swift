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
      layer, and what biases and stabilizers keep.
      """)

  @Argument(help: ArgumentHelp("JPEG, PNG, TIFF or WebP files.", valueName: "image"))
  var images: [String]

  @OptionGroup(title: "Network") var modelOptions: ModelOptions

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("The class to explain, by index or name. Default: the top class.", valueName: "class"))
  var classText: String?

  @OptionGroup(title: "Rules") var compositeOptions: CompositeOptions

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
    let target = try classText.map { try ClassChoice.index(of: $0, among: choice.labels) }
    var folder = try OutputFolder(output)
    printModel(choice)
    fflush(nil)  // a reader at the other end of a pipe sees this before any error

    progress.update("compiling kernels")
    let engine = try deviceOptions.engine()
    progress.update("uploading weights")
    let explainer = try Explainer(
      choice.model.network, composite: preset, low: choice.preprocessing.low, high: choice.preprocessing.high,
      on: engine)
    let preprocessor = try Preprocessor(choice.preprocessing, inputShape: explainer.network.inputShape)
    let writer = ExplanationWriter(
      choice: choice, explainer: explainer, preset: preset, preprocessor: preprocessor, colors: colors,
      normalization: normalization, device: engine.device)

    var failures = 0
    for (number, image) in images.enumerated() {
      progress.update("\(number + 1) of \(images.count): \(image)")
      do {
        let photograph = try Photograph(path: image)
        let input = try preprocessor.input(photograph)
        let explanation = try explainer.explain(Tensor.stack([input.tensor])) { target ?? $0.topClass }[0]
        let suffix = target.map { ".class\($0)" } ?? ""
        let stem = folder.stem(for: image, suffix: suffix)
        let bound = try writer.write(explanation, of: image, photograph, input, to: stem)
        if saveInput { try NumPyArray(input.tensor).write(to: stem + ".input.npy") }
        progress.finish()
        printExplanation(explanation, image: image, photograph, input, choice: choice)
        fflush(nil)
        print(
          String(format: "  wrote %@.{heatmap.png,overlay.png,relevance.npy,json}; strongest colour ±%.4g", stem, bound)
        )
      } catch  where images.count > 1 && !(error is ComputeError) && !(error is FileWriteError) {
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

  private func printExplanation(
    _ explanation: Explanation, image: String, _ photograph: Photograph, _ input: Preprocessor.Input,
    choice: ModelOptions.Choice
  ) {
    print("\n\(image): \(photograph.width) x \(photograph.height) pixels")
    let probabilities = explanation.scores.probabilities
    for index in explanation.scores.ranking.prefix(max(top, 1)) {
      let mark = index == explanation.target ? "*" : " "
      print(
        String(
          format: "  %@ %5.1f %%  score %8.4f  %4d  ", mark, 100 * probabilities[index],
          explanation.scores.logits[index], index) + choice.labels[index])
    }
    let relevance = explanation.relevance.withScalars { $0.reduce(0) { $0 + Double($1) } }
    print(
      String(
        format: "  explained: %@, score %.5g; the pixels hold %.5g of it (%.3f s forward, %.3f s backward)",
        choice.labels[explanation.target], explanation.score, relevance, explanation.forwardSeconds,
        explanation.backwardSeconds))
    if !quiet, let ledger = explanation.ledger {
      for line in LedgerTable.lines(ledger, entry: explanation.entry) { print("  \(line)") }
    }
  }

  private func list(_ numbers: [Double]) -> String { numbers.map { String(format: "%.6g", $0) }.joined(separator: ",") }
}
