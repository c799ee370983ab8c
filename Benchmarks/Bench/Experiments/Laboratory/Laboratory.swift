import Compute
import Evaluation
import Foundation
import Imaging
import RelevancePropagation
import Reporting
import Scenes

/// What all experiments share: the device, the networks, the scenes, and where figures go.
final class Laboratory {
  let engine: Engine
  /// Scenes of the large experiments; the others take a part of them.
  let images: Int
  /// Folder of JSON and figures.
  let output: String
  /// Folder of the networks that train_experiments.py made.
  private let models: String
  /// Folder of reference cases with networks for MNIST; they are left out where it is not there.
  private let reference: String?
  /// Of the scenes; no network was trained or chosen with it.
  let seed: UInt64 = 4004
  private var networks: [String: TrainedNetwork] = [:]
  private var group: SceneGroup?

  /// - Throws: `FileWriteError` where the folder cannot be made.
  init(engine: Engine, images: Int, output: String, models: String, reference: String?) throws {
    self.engine = engine
    self.images = images
    self.output = output
    self.models = models
    self.reference = reference
    do {
      try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    } catch {
      throw FileWriteError(path: output, reason: "the folder cannot be made; choose another with --output")
    }
  }

  /// Networks that were used so far.
  var usedNetworks: [TrainedNetwork] { networks.values.sorted { $0.name < $1.name } }

  /// "demo", or a network of Models/experiments by its file name.
  func network(_ name: String) throws -> TrainedNetwork {
    if let known = networks[name] { return known }
    let made = try name == "demo" ? TrainedNetwork.demo() : .file(name, path: "\(models)/\(name).onnx")
    networks[name] = made
    return made
  }

  var demo: TrainedNetwork { get throws { try network("demo") } }
  var brief: TrainedNetwork { get throws { try network("brief") } }
  var shallow: TrainedNetwork { get throws { try network("shallow") } }
  var cleverHans: TrainedNetwork { get throws { try network("clever-hans") } }

  /// The scenes of the large experiments, all classes in turn. All networks read them alike.
  func scenes() throws -> SceneGroup {
    if let group { return group }
    let made = try SceneGroup(SceneGroup.scenes(images, seed: seed), for: demo)
    group = made
    return made
  }

  /// Its first `count`, at most all.
  func scenes(_ count: Int) throws -> SceneGroup {
    let all = try scenes()
    return all.chosen(Array(0..<min(count, images)))
  }

  func scores(_ inputs: Tensor, of network: TrainedNetwork) throws -> [Scores] {
    let model = try GradientModel(network.network, on: engine, batch: min(50, inputs.shape[0]))
    return try model.scores(inputs).map { Scores($0) }
  }

  /// Relevance maps of the given classes.
  func maps(
    _ method: MapMethod, of inputs: Tensor, targets: [Int], with network: TrainedNetwork
  ) throws -> [RelevanceMap] {
    try method.maps(of: inputs, targets: targets, with: network, on: engine)
  }

  /// The networks for digits with their images, where the folder of reference cases is there.
  func digits() throws -> [(network: TrainedNetwork, inputs: Tensor)] {
    guard let reference, FileManager.default.fileExists(atPath: reference + "/mnist/images_u8.npy") else { return [] }
    let pixels = try NumPyArray(path: reference + "/mnist/images_u8.npy").tensor
    let count = min(images, pixels.shape[0])
    // One network reads 0 … 1, the other −1 … 1.
    return try [("mnist_cnn", Float(0)), ("mnist_mlp", Float(-1))].map { name, low in
      let network = try TrainedNetwork.file(name, path: "\(reference)/models/\(name)/model.onnx")
      let area = pixels.count / pixels.shape[0]
      let inputs = pixels.withScalars { scalars in scalars[..<(count * area)].map { low + (1 - low) * $0 / 255 } }
      networks[name] = network
      return (network, Tensor(shape: [count, 1, pixels.shape[1], pixels.shape[2]], scalars: inputs))
    }
  }

  func keep(_ figure: SVGDocument, as name: String) throws {
    try AtomicFile.write(figure.text, to: "\(output)/\(name)")
  }
}
