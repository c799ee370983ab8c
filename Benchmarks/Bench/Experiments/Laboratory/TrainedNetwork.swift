import Compute
import DemoModel
import Foundation
import ModelFormats
import RelevancePropagation

/// A network that the experiments explain, with what it expects of an image.
struct TrainedNetwork {
  /// "demo": what files and tables call it.
  let name: String
  let network: Network
  let preprocessing: Preprocessing
  let labels: [String]
  /// Of the file.
  let sha256: String

  /// The network that the command carries inside.
  static func demo() throws -> TrainedNetwork {
    let bytes = Array(UnsafeBufferPointer(start: demo_model_bytes(), count: demo_model_size()))
    return try TrainedNetwork(
      name: "demo", ModelFile.load(bytes: bytes, name: "embedded demo network"), bytes)
  }

  /// - Throws: `ModelFileError`.
  static func file(_ name: String, path: String) throws -> TrainedNetwork {
    let model = try ModelFile.load(path: path)
    return try TrainedNetwork(name: name, model, Array(Data(contentsOf: URL(fileURLWithPath: path))))
  }

  private init(name: String, _ model: LoadedModel, _ bytes: [UInt8]) throws {
    self.name = name
    network = try model.network.canonized()
    preprocessing = model.preprocessing
    let classes = network.outputShape.count
    labels = model.labels ?? (0..<classes).map { "\($0)" }
    sha256 = bytes.withUnsafeBytes { Digest.sha256($0) }
  }
}
