import Compute
import Foundation
import Imaging
import RelevancePropagation

/// Writes what one explanation leaves behind: two pictures, the raw relevance, and the report.
struct ExplanationWriter: Sendable {
  private let colors: ColorMap
  private let normalization: Normalization
  private let preprocessor: Preprocessor
  private let labels: [String]
  private let choice: ModelOptions.Choice
  private let inputShape: Shape
  private let method: String
  private let composite: String
  private let filters: [LayerFilter]
  private let rules: [ExplanationReport.LayerRule]
  private let engine: Engine
  private let command: CommandText

  /// Pictures of small networks are enlarged to at least this many pixels.
  static let pictureWidth = 448

  init(
    choice: ModelOptions.Choice, network: Network, method: String = MethodOptions.relevancePropagation,
    rules: RuleTable?,
    composite: String, filters: [LayerFilter] = [], preprocessor: Preprocessor, colors: ColorMap,
    normalization: Normalization, engine: Engine, command: CommandText = CommandText(CommandLine.arguments)
  ) {
    self.command = command
    self.colors = colors
    self.normalization = normalization
    self.preprocessor = preprocessor
    self.labels = choice.labels
    self.engine = engine
    self.method = method
    self.composite = composite
    self.filters = filters
    self.rules = network.nodes.compactMap { node in
      rules.map { .init(layer: node.name, type: node.layer.typeName, rule: $0[node.name].label) }
    }
    self.choice = choice
    inputShape = network.inputShape
  }

  /// Endings of the files written for every target. The report comes last: where it is, the others are whole.
  static let endings = [".heatmap.png", ".overlay.png", ".relevance.npy", ".json"]
  static let inputEnding = ".input.npy"
  /// Of a translation average's variance, where it was asked for.
  static let varianceEndings = [".variance.npy", ".variance.png"]

  /// Writes stem.heatmap.png, stem.overlay.png, stem.relevance.npy and stem.json, and the input, layers and variance that
  /// were asked for; returns the bound of the colours.
  ///
  /// - Parameters:
  ///   - settings: digest by which a later command knows what need not be done again.
  ///   - batch: images explained in the same pass, which share its time.
  @discardableResult
  func write(
    _ explanation: Explanation, of image: String, _ photograph: Photograph, _ input: Preprocessor.Input,
    alarms: [LedgerAlarm] = [], layers: LayerOptions? = nil, saveInput: Bool = false, settings: String? = nil,
    batch: Int = 1, to stem: String
  ) throws -> Double {
    let heatmap = try Heatmap(explanation.relevance)
    let bound = heatmap.bound(normalization)
    var files = [
      "heatmap": stem + ".heatmap.png", "overlay": stem + ".overlay.png", "relevance": stem + ".relevance.npy",
    ]
    // An old report would vouch for files that are about to change.
    try? FileManager.default.removeItem(atPath: stem + ".json")
    let results = ResultFiles()
    files["layers"] = try layers?.write(explanation, to: stem, results: results)
    if explanation.translation?.variance != nil {
      for (name, ending) in zip(["variance", "variancePicture"], Self.varianceEndings) { files[name] = stem + ending }
    }
    let report = try report(
      explanation, of: image, photograph, input, heatmap, bound: bound, alarms: alarms, settings: settings,
      batch: batch, files: files)
    try results.write(files["heatmap"]!) {
      try heatmap.picture(colors, bound: bound).enlarged(toWidth: Self.pictureWidth).write(to: $0)
    }
    try results.write(files["overlay"]!) { try overlay(heatmap, photograph, input, bound: bound).write(to: $0) }
    try results.write(files["relevance"]!) { try NumPyArray(explanation.relevance).write(to: $0) }
    if let variance = explanation.translation?.variance { try write(variance, bound: bound, files, results) }
    if saveInput { try results.write(stem + Self.inputEnding) { try NumPyArray(input.tensor).write(to: $0) } }
    try results.write(stem + ".json") { try AtomicFile.write(Self.json(report), to: $0) }
    return bound
  }

  /// All that is known of one explanation, `heatmap` its relevance summed over the colours.
  func report(
    _ explanation: Explanation, of image: String, _ photograph: Photograph, _ input: Preprocessor.Input,
    _ heatmap: Heatmap, bound: Double, alarms: [LedgerAlarm], settings: String? = nil, batch: Int,
    files: [String: String] = [:]
  ) throws -> ExplanationReport {
    let probabilities = explanation.scores.probabilities
    func described(_ index: Int) -> ExplanationReport.Class {
      .init(
        index: index, name: labels[index], score: explanation.scores.logits[index], probability: probabilities[index])
    }
    let seen = input.framing.seen
    return ExplanationReport(
      settings: settings, command: command.arguments(for: image),
      model: .init(
        path: choice.path, sha256: try choice.digest.value, format: choice.model.format,
        architecture: choice.model.architecture, parameters: choice.model.network.parameterCount,
        inputShape: inputShape.extents),
      image: .init(
        path: image, width: photograph.width, height: photograph.height,
        seen: [seen.x, seen.y, seen.width, seen.height]),
      preprocessing: preprocessor.preprocessing, method: method, composite: composite, rules: rules,
      target: described(explanation.target), explained: .init(explanation),
      filters: filters.map { .init(layer: $0.layer, channels: $0.channels.sorted()) },
      top: explanation.scores.ranking.prefix(10).map(described),
      relevanceSum: heatmap.sum,
      conservation: explanation.ledger?.layers.map { .init($0, entry: explanation.entry) } ?? [],
      alarms: alarms.map { .init($0) }, translation: explanation.translation.map { .init($0, labels: labels) },
      heatmap: .init(colorMap: colors.name, range: "\(normalization)", bound: bound), device: .init(engine),
      seconds: .init(
        forward: explanation.forwardSeconds / Double(batch), backward: explanation.backwardSeconds / Double(batch),
        batch: batch),
      files: files)
  }

  /// The variance itself, and the deviation as a picture: black 0, white the relevance of the heatmap's strongest colour.
  private func write(_ variance: Tensor, bound: Double, _ files: [String: String], _ results: ResultFiles) throws {
    try results.write(files["variance"]!) { try NumPyArray(variance).write(to: $0) }
    let deviation = Tensor(shape: variance.shape, scalars: variance.scalars.map { $0.squareRoot() })
    try results.write(files["variancePicture"]!) {
      try Heatmap(deviation).picture(ColorMap("hot"), bound: bound).enlarged(toWidth: Self.pictureWidth).write(to: $0)
    }
  }

  private static func json(_ report: ExplanationReport) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
  }

  /// The heatmap over the photograph, in the place the network saw.
  private func overlay(
    _ heatmap: Heatmap, _ photograph: Photograph, _ input: Preprocessor.Input, bound: Double
  ) -> Picture {
    heatmap.overlay(on: Picture(photograph), seen: input.framing.seen, colors, bound: bound)
  }
}
