import Compute
import Evaluation
import Foundation
import Imaging
import RelevancePropagation

/// All that decides the scores of an evaluation.
struct EvaluationSetup {
  let choice: ModelOptions.Choice
  let network: Network
  let plan: EvaluationPlan
  let methods: [EvaluatedMethod]
  let masks: MaskFiles
  let fixedClass: Int?
  let seed: UInt64
  let precision: String

  /// How many further images are tried where one cannot be read, for a map of another image.
  private static let mostOthers = 8

  /// Every method's jobs, one an image.
  func jobs(_ images: [ImageFiles.Found]) throws -> [[EvaluationJob]] {
    try methods.map { method in
      let settings = try digest(of: method)
      return images.enumerated().map { index, image in
        let others: [String] =
          if case .otherImage = method {
            (1..<min(images.count, 1 + Self.mostOthers)).map { images[(index + $0) % images.count].path }
          } else { [] }
        return EvaluationJob(image: image, key: key(settings, image, others), others: others)
      }
    }
  }

  /// Of the settings, the image's file, its mask, and the image that stands in for it.
  private func key(_ settings: String, _ image: ImageFiles.Found, _ others: [String]) -> String {
    let digest = Digest()
    digest.update("\(settings)\n\(image.name)\n")
    let mask = masks.source(of: image.path)
    for file in [image.path] + others + (mask.map { [$0] } ?? []) {
      digest.update((ExplanationSettings.digest("", image: file) ?? "no file \(file)") + "\n")
    }
    return digest.finish()
  }

  /// Of everything but the image.
  private func digest(of method: EvaluatedMethod) throws -> String {
    struct Settings: Encodable {
      var version = Relprop.version
      var model: String
      var preprocessing: Preprocessing
      var plan: EvaluationPlan
      var method: String
      /// A composite's file may change under its name.
      var rules: [[String]]
      var seed: UInt64
      var target: Int?
      var precision: String
    }
    var rules: [[String]] = []
    if case .composite(let preset) = method.base {
      let table = try preset.composite(for: network, low: choice.preprocessing.low, high: choice.preprocessing.high)
        .resolve(for: network)
      rules = network.nodes.map { [$0.name, table[$0.name].label] } + [["start", preset.start.rawValue]]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return try encoder.encode(
      Settings(
        model: choice.digest.value, preprocessing: choice.preprocessing, plan: plan, method: method.label, rules: rules,
        seed: seed, target: fixedClass, precision: precision)
    ).withUnsafeBytes { Digest.sha256($0) }
  }

  /// Of a randomisation of a method over these images.
  func key(_ method: EvaluatedMethod, _ randomization: WeightRandomization, _ images: [ImageFiles.Found]) throws
    -> String
  {
    let digest = Digest()
    digest.update("\(try self.digest(of: method))\n\(randomization.mode.rawValue) \(randomization.seed)\n")
    for image in images { digest.update((ExplanationSettings.digest("", image: image.path) ?? image.path) + "\n") }
    return digest.finish()
  }

  /// Means, deviations and ranks of what is in the log, in the order of the images whatever the order of the lines.
  func summary(_ jobs: [[EvaluationJob]], _ log: EvaluationLog) throws -> EvaluationSummary {
    let all = plan.scores(withMasks: true)
    var summary = EvaluationSummary(methods: methods.map(\.label), scores: all, removals: plan.removals)
    for (method, jobs) in jobs.enumerated() {
      for job in jobs {
        guard let record = try log.record(key: job.key, method: methods[method].label) else { continue }
        summary.add(record.result, method: method)
      }
    }
    return summary.withoutEmptyScores
  }

  func model() throws -> ExplanationReport.Model {
    ExplanationReport.Model(
      path: choice.path, sha256: try choice.digest.value, format: choice.model.format,
      architecture: choice.model.architecture, parameters: network.parameterCount,
      inputShape: network.inputShape.extents)
  }
}
