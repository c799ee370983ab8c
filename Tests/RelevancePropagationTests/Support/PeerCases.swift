import Foundation
import ModelFormats
import ReferenceCaseSupport
import TestDevices

@testable import RelevancePropagation

/// Stored results of other implementations, beside what composites of the library find.
enum PeerCases {
  private struct Description: Decodable {
    struct Input: Decodable {
      let low: [Float]
      let high: [Float]
    }
    let input: Input
  }

  static func entry(_ model: String, _ name: String) throws -> ReferenceCase {
    guard let found = try ReferenceSet.cases(of: model).first(where: { $0.name == name }) else {
      throw Missing(what: "\(model)/\(name)")
    }
    return found
  }

  /// The stored relevance at the input, in float32.
  static func stored(_ model: String, _ name: String) throws -> Tensor {
    guard let tensor = try ReferenceSet.tensors(of: model, name)["R.input"] else {
      throw Missing(what: "\(model)/\(name)")
    }
    return tensor
  }

  /// What `preset` finds at the input for the case's images and classes.
  static func found(_ model: String, _ preset: Preset, classes: [Int]) throws -> Tensor {
    let models = URL(filePath: "\(ReferenceSet.folder)/models/\(model)")
    let network = try ModelFile.load(path: models.appending(path: "model.onnx").path).network.canonized()
    let description = try JSONDecoder().decode(
      Description.self, from: Data(contentsOf: models.appending(path: "net.json")))
    guard let images = try ModelFile.stateDictionary(path: models.appending(path: "inputs.safetensors").path)["x"]
    else { throw Missing(what: "\(model): inputs") }
    let rules = try preset.composite(for: network, low: description.input.low, high: description.input.high)
      .resolve(for: network)
    let device = try DeviceNetwork(network, on: TestDevice.engine, batch: images.shape[0])
    let propagator = try Propagator(device, rules: rules, options: .init(ledger: false))
    let trace = try device.forward(images)
    let targets = classes.map { [preset.start == .one ? Target.one($0) : .logit($0)] }
    return try propagator.propagate(trace, from: Target.start(targets, scores: try trace.scores())).input
  }

  struct Missing: Error { let what: String }
}
