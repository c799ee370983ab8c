import Evaluation
import Foundation
import ModelFormats
import RelevancePropagation

/// The case `evaluation`: removals, the ten-pixel experiment, continuity and localisation of given maps.
///
/// What is computed is read off the names of the reference's own values; the values themselves are not looked at.
package struct EvaluationCase {
  private let reference: Reference
  private let network: Network
  private let inputs: Inputs
  private let engine: Engine
  private let models: String
  private let refs: String

  /// - Parameters:
  ///   - refs: folder of the references, which holds procedures/evaluation.json and its inputs.
  ///   - models: folder of the networks.
  /// - Throws: `NotYet` where the network is not there.
  package init(refs: String, models: String, engine: Engine) throws {
    (self.refs, self.models, self.engine) = (refs, models, engine)
    reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: URL(fileURLWithPath: refs + "/procedures/evaluation.json")))
    let folder = "\(models)/\(reference.model)"
    guard FileManager.default.fileExists(atPath: folder + "/net.json") else {
      throw NotYet(reason: "no network \(folder)")
    }
    network = try NetworkDescription.network(folder: folder).canonized()
    inputs = try Inputs(path: refs + "/procedures/evaluation_inputs.safetensors")
  }

  /// The tree of values, as evaluation.json has it.
  package func values() throws -> [String: Any] {
    let channels = network.inputShape[0]
    let low = Array(repeating: Float(reference.low), count: channels)
    let high = Array(repeating: Float(reference.high), count: channels)
    let runner = try RemovalRunner(network, low: low, high: high, on: engine, batch: 12)
    var values: [String: Any] = [:]
    for name in reference.values.keys.sorted() where !name.hasPrefix("_") {
      let parts = name.split(separator: "_").map(String.init)
      switch parts[0] {
      case "pixel": values[name] = try curves(pixels(parts), with: runner)
      case let unit where unit.hasPrefix("patch"): values[name] = try curves(patches(parts, edge: unit), with: runner)
      case "seed002": values[name] = try tenPixels(name, with: runner)
      case "continuity": values[name] = try continuity(low: low, high: high)
      case "localisation": values[name] = try localisation()
      default: throw NotYet(reason: "evaluation value \(name)")
      }
    }
    return values
  }

  // MARK: removals

  private func map(_ name: String) throws -> [RelevanceMap] {
    guard let stored = inputs.tensors["R.\(name)"] else { throw NotYet(reason: "no map R.\(name)") }
    return try (0..<stored.shape[0]).map { try RelevanceMap(stored[$0]) }
  }

  /// "pixel", map, order, replacement.
  private func pixels(_ parts: [String]) throws -> Experiment {
    let (order, replacement) = (parts[parts.count - 2], parts[parts.count - 1])
    let orders: [String: RemovalOrder] = ["morf": .mostRelevantFirst, "lerf": .leastRelevantFirst]
    let replacements: [String: Replacement] = [
      "low": .low, "negate": .negation, "invert": .inversion, "uniform": .given,
    ]
    guard let replacement = replacements[replacement], orders[order] != nil || order == "random" else {
      throw NotYet(reason: parts.joined(separator: "_"))
    }
    return Experiment(
      maps: try map(parts[1..<parts.count - 2].joined(separator: "_")),
      removal: Removal(.pixel, orders[order] ?? .mostRelevantFirst, replacement, steps: reference.steps),
      usesGivenOrder: order == "random")
  }

  /// "patchN", map, "morf", "low".
  private func patches(_ parts: [String], edge: String) throws -> Experiment {
    guard let edge = Int(edge.dropFirst("patch".count)), parts.suffix(2) == ["morf", "low"] else {
      throw NotYet(reason: parts.joined(separator: "_"))
    }
    let unit = RemovalUnit.patch(edge: edge)
    let count = unit.count(height: network.inputShape[1], width: network.inputShape[2])
    return Experiment(
      maps: try map(parts[1..<parts.count - 2].joined(separator: "_")),
      removal: Removal(unit, .mostRelevantFirst, .low, steps: min(30, count)), usesGivenOrder: false)
  }

  private struct Experiment {
    let maps: [RelevanceMap]
    let removal: Removal
    let usesGivenOrder: Bool
  }

  private func run(_ experiment: Experiment, with runner: RemovalRunner) throws -> [RemovalCurve] {
    let entries = try experiment.maps.indices.map { image in
      guard experiment.usesGivenOrder else {
        return try RemovalEntry(
          image: image, map: experiment.maps[image], removal: experiment.removal, target: inputs.targets[image])
      }
      return RemovalEntry(image: image, sequence: inputs.orders[image], target: inputs.targets[image])
    }
    return try runner.curves(entries, of: inputs.images, experiment.removal)
  }

  private func curves(_ experiment: Experiment, with runner: RemovalRunner) throws -> [String: Any] {
    let curves = try run(experiment, with: runner)
    return ["logit": Self.summary(curves.map(\.logits)), "prob": Self.summary(curves.map(\.probabilities))]
  }

  private static func summary(_ curves: [[Double]]) -> [String: Any] {
    let each = curves.map(AOPC.value)
    return [
      "aopc": mean(each), "aopc_per_image": each, "auc": mean(curves.map(AreaUnderCurve.value)),
      "mean_curve": curves[0].indices.map { k in mean(curves.map { $0[k] }) },
    ]
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// "seed002_lowest10_negate", "seed002_highest10_negate": of the αβ maps.
  private func tenPixels(_ name: String, with runner: RemovalRunner) throws -> [String: Any] {
    let experiment = TenPixelExperiment(name.contains("lowest") ? .lowest : .highest)
    let curves = try run(
      Experiment(maps: try map("lrp_alphabeta"), removal: experiment.removal, usesGivenOrder: false), with: runner)
    let changes = curves.map(experiment.change)
    return ["prob_change_mean": TenPixelExperiment.Summary(changes).mean, "prob_change_per_image": changes]
  }

  // MARK: continuity

  private func continuity(low: [Float], high: [Float]) throws -> [String: Any] {
    guard let settings = reference.continuity, case (let target, let shifts) = (settings.target, settings.shifts),
      let copies = inputs.tensors["continuity.x"]
    else { throw NotYet(reason: "continuity without shifts, copies and a class") }
    var values: [String: Any] = ["shifts": shifts, "target": target]
    for (name, stored) in reference.relevanceCases.sorted(by: { $0.key < $1.key }) {
      let runner = try method(name, stored, low: low, high: high)
      let found = try ContinuityRunner(runner, shifts: shifts.map { Shift(0, $0) })
        .continuity(ofCopies: (0..<copies.shape[0]).map { copies[$0] }, class: target)
      values[name] = [
        "f": found.scores, "max_consecutive": found.largestOfNeighbours, "max_all_pairs": found.largest,
        "mean_all_pairs": found.mean,
      ]
    }
    return values
  }

  /// A stored case's rules, or the squared gradient.
  private func method(_ name: String, _ stored: String, low: [Float], high: [Float]) throws -> MethodRunner {
    if name == SensitivityMethod.name {
      return try MethodRunner(.baseline(SensitivityMethod()), of: network, low: low, high: high, on: engine, batch: 13)
    }
    let cases = try CaseFile(path: "\(refs)/\(reference.model)/cases.json").cases
    guard let found = cases.first(where: { $0.name == stored }) else { throw NotYet(reason: "no case \(stored)") }
    return try MethodRunner(
      name, canonized: network, rules: RuleTable(found.rules(for: network), for: network), on: engine, batch: 13)
  }

  // MARK: localisation

  private func localisation() throws -> [String: Any] {
    var values: [String: Any] = [:]
    let (height, width) = (network.inputShape[1], network.inputShape[2])
    let masks = try inputs.masks.map { try RelevanceMask(height: height, width: width, inside: $0) }
    let scores: [(String, any LocalisationScore)] = [
      ("outside_inside_ratio", OutsideInsideRatio()),
      ("outside_inside_ratio_positive", OutsideInsideRatio(of: .positive)),
      ("inside_total_ratio", InsideShare()), ("inside_total_ratio_size_weighted", InsideShare(isSizeWeighted: true)),
      ("mass_accuracy_positive", RelevanceMassAccuracy()), ("mass_accuracy_raw", InsideShare()),
      ("rank_accuracy", RelevanceRankAccuracy()),
    ]
    for name in reference.relevanceCases.keys.sorted() {
      let maps = try map(name)
      values[name] = try Dictionary(
        uniqueKeysWithValues: scores.map { key, score in
          (key, try zip(maps, masks).map { try score.value(of: $0, in: $1) })
        })
    }
    return values
  }
}

/// What evaluation.json says of how it was made.
private struct Reference: Decodable {
  let model: String
  let steps: Int
  let low: Double
  let high: Double
  let relevanceCases: [String: String]
  /// Names of the values.
  let values: [String: Ignored]
  let continuity: ContinuitySettings?

  struct Ignored: Decodable { init(from decoder: any Decoder) throws {} }

  struct ContinuitySettings: Decodable {
    let shifts: [Int]
    let target: Int
  }

  private enum Key: String, CodingKey {
    case model
    case steps = "K"
    case relevanceCases = "relevance_cases"
    case low, high, values
  }
  private enum ValueKey: String, CodingKey { case continuity }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    model = try container.decode(String.self, forKey: .model)
    steps = try container.decode(Int.self, forKey: .steps)
    (low, high) = (try container.decode(Double.self, forKey: .low), try container.decode(Double.self, forKey: .high))
    relevanceCases = try container.decode([String: String].self, forKey: .relevanceCases)
    values = try container.decode([String: Ignored].self, forKey: .values)
    continuity = try container.nestedContainer(keyedBy: ValueKey.self, forKey: .values)
      .decodeIfPresent(ContinuitySettings.self, forKey: .continuity)
  }
}

/// evaluation_inputs.safetensors.
private struct Inputs {
  let tensors: StateDictionary
  let images: [RemovalImage]
  let targets: [Int]
  let orders: [[Int32]]
  let masks: [[Bool]]

  init(path: String) throws {
    tensors = try ModelFile.stateDictionary(path: path)
    guard let x = tensors["x"], let noise = tensors["random_values"],
      let targets = try IntegerTensor("target", of: path),
      let orders = try IntegerTensor("perm", of: path), let masks = try IntegerTensor("mask", of: path)
    else { throw NotYet(reason: "\(path) lacks x, random_values, target, perm or mask") }
    let shape = Shape(Array(x.shape.extents.dropFirst()))
    images = (0..<x.shape[0]).map { RemovalImage(x[$0], key: UInt64($0), given: noise[$0].reshaped(shape)) }
    self.targets = targets.values
    let (units, pixels) = (orders.shape[1], masks.shape[1] * masks.shape[2])
    self.orders = (0..<x.shape[0]).map { orders.values[$0 * units..<($0 + 1) * units].map { Int32($0) } }
    self.masks = (0..<x.shape[0]).map { masks.values[$0 * pixels..<($0 + 1) * pixels].map { $0 != 0 } }
  }
}
