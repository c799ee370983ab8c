import ArgumentParser
import Compute
import DemoModel
import Foundation
import Imaging
import ModelFormats
import RelevancePropagation
import Scenes

/// `relprop demo`: draws a scene, explains it with the embedded network, and tells how much of the explanation lies on the
/// thing.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Draw a scene, explain it with the embedded network, write the pictures.",
    discussion: """
      Writes demo.scene.png, demo.heatmap.png, demo.overlay.png, demo.mask.png, demo.png (all side by side), \
      demo.relevance.npy and demo.json.
      """)

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("What to draw: \(SceneClass.allCases.map(\.label).joined(separator: ", ")).", valueName: "class")
  )
  var subject = SceneClass.castle.label

  @Option(help: "Which scene of the class.")
  var seed: UInt64 = 3

  @Option(
    help: ArgumentHelp(
      "Which rule each layer gets: \(Preset.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var composite = "seed"

  @OptionGroup(title: "Pictures") var pictureOptions: PictureOptions

  @Option(help: ArgumentHelp("Folder for the results; made if it does not exist.", valueName: "folder"))
  var output = "relprop-out"

  @OptionGroup(title: "Device") var deviceOptions: DeviceOptions

  /// Pictures for people: four pixels a pixel of the network.
  private static let pictureSize = 4 * Scene.networkSize

  func run() throws {
    let subject = try SceneClass(named: subject)
    let preset = try Preset.named(composite)
    let (colors, normalization) = (try pictureOptions.colors(), try pictureOptions.normalization())
    let folder = try OutputFolder(output)
    let choice = try Self.embeddedModel()
    let engine = try deviceOptions.engine()
    let explainer = try Explainer(
      choice.model.network, composite: preset, low: choice.preprocessing.low, high: choice.preprocessing.high,
      on: engine)
    let preprocessor = try Preprocessor(choice.preprocessing, inputShape: explainer.network.inputShape)

    let scene = try Scene(of: subject, seed: seed)
    let photograph = Photograph(width: scene.size, height: scene.size, pixels: scene.image)
    let input = try preprocessor.input(photograph)
    let explanation = try explainer.explain(Tensor.stack([input.tensor])) { $0.topClass }[0]

    let writer = ExplanationWriter(
      choice: choice, network: explainer.network, rules: explainer.rules, composite: preset.name,
      preprocessor: preprocessor, colors: colors,
      normalization: normalization, engine: engine)
    let stem = folder.path + "/demo"
    let bound = try writer.write(
      explanation, of: "scene of class \(subject.label), seed \(seed)", photograph, input, to: stem)
    try writePictures(scene, explanation, colors: colors, bound: bound, stem: stem)
    try report(scene, explanation, choice: choice, stem: stem)
  }

  /// The network carried inside the binary.
  static func embeddedModel() throws -> ModelOptions.Choice {
    let bytes = Array(UnsafeBufferPointer(start: demo_model_bytes(), count: demo_model_size()))
    let model = try ModelFile.load(bytes: bytes, name: "embedded demo network")
    return ModelOptions.Choice(
      model: model, path: "embedded demo network", labels: model.labels ?? SceneClass.allCases.map(\.label),
      preprocessing: model.preprocessing, preprocessingReason: model.preprocessingReason,
      digest: PendingDigest { bytes.withUnsafeBytes { Digest.sha256($0) } })
  }

  /// The scene at a size for people, what the mask covers, and all pictures side by side.
  private func writePictures(
    _ scene: Scene, _ explanation: Explanation, colors: ColorMap, bound: Double, stem: String
  ) throws {
    let large = try Scene(of: scene.subject, seed: scene.seed, size: Self.pictureSize)
    let picture = Picture(width: large.size, height: large.size, pixels: large.image)
    let mask = Picture(width: large.size, height: large.size, pixels: large.mask.flatMap { [$0, $0, $0] })
    let heatmap = try Heatmap(explanation.relevance)
    let drawn = heatmap.picture(colors, bound: bound).enlarged(toWidth: Self.pictureSize)
    let overlay = heatmap.overlay(on: picture, colors, bound: bound)
    try picture.write(to: stem + ".scene.png")
    try mask.write(to: stem + ".mask.png")
    try overlay.write(to: stem + ".overlay.png")
    try Picture.grid([picture, drawn, overlay], columns: 3).write(to: stem + ".png")
  }

  private func report(
    _ scene: Scene, _ explanation: Explanation, choice: ModelOptions.Choice, stem: String
  ) throws {
    print("scene    \(scene.subject.label), seed \(scene.seed), \(scene.size) x \(scene.size) pixels")
    let probabilities = explanation.scores.probabilities
    for index in explanation.scores.ranking.prefix(3) {
      print(
        String(
          format: "  %@ %5.1f %%  score %8.4f  ", index == explanation.target ? "*" : " ", 100 * probabilities[index],
          explanation.scores.logits[index]) + choice.labels[index])
    }
    if let ledger = explanation.ledger {
      for line in LedgerTable.lines(ledger, entry: explanation.entry) { print("  \(line)") }
    }
    let heatmap = try Heatmap(explanation.relevance)
    if let inside = scene.shareInside(ofPositive: heatmap.values) {
      print(
        String(
          format: "%.1f %% of the positive relevance lies on the %@, which covers %.1f %% of the image", 100 * inside,
          scene.subject.label, 100 * scene.maskShare))
    } else {
      print("no relevance is positive")
    }
    print(
      "wrote \(stem).png: scene, heatmap and overlay; and \(stem).{scene,heatmap,overlay,mask}.png, .relevance.npy, .json"
    )
  }
}
