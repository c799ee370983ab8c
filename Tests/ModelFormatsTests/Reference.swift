import Foundation
import RelevancePropagation

/// Finds the reference models: RELPROP_SHARED, or `shared` beside the package.
enum Reference {
  static let folder: URL? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let candidates = [
      ProcessInfo.processInfo.environment["RELPROP_SHARED"].map { URL(filePath: $0) },
      package.deletingLastPathComponent().appending(path: "shared"),
      package.deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared"),
    ]
    return candidates.compactMap { $0 }.first {
      FileManager.default.fileExists(atPath: $0.appending(path: "reference/models").path)
    }
  }()

  static func path(_ model: String, _ file: String) -> String {
    folder?.appending(path: "reference/models/\(model)/\(file)").path ?? file
  }

  static func forwardPath(_ model: String) -> String {
    folder?.appending(path: "reference/refs/\(model)/forward.safetensors").path ?? ""
  }

  struct VGG: Sendable, CustomStringConvertible {
    var model: String
    var architecture: String
    var inputSize: Extent?
    var path: String { Reference.path(model, "weights.safetensors") }
    var description: String { model }
  }

  static let stateDictionaries = [
    VGG(model: "vggmicro_a", architecture: "VGG-16"),
    VGG(model: "vggmicro_nobias", architecture: "VGG-16"),
    VGG(model: "vggmicro_48x80", architecture: "VGG-16", inputSize: Extent(48, 80)),
    VGG(model: "vggmicro_bn", architecture: "VGG-16 with batch norm"),
    VGG(model: "vggmicro_avgpool", architecture: "VGG-16"),
    VGG(model: "vggmicro_adaptive", architecture: "VGG-11", inputSize: Extent(96, 64)),
  ]

  static let graphs = [
    "convvar1", "lenet5", "mnist_cnn", "mnist_mlp", "resmicro1", "vggmicro_48x80", "vggmicro_a", "vggmicro_avgpool",
    "vggmicro_bn", "vggmicro_nobias",
  ]
}

/// net.json of a reference model.
struct NetworkDescription: Decodable {
  struct Layer: Decodable {
    var name: String
    var type: String
    var weight: String?
  }
  struct Input: Decodable { var shape: [Int] }
  var input: Input
  var layers: [Layer]
  var output: String

  init(_ model: String) throws {
    let data = try Data(contentsOf: URL(filePath: Reference.path(model, "net.json")))
    self = try JSONDecoder().decode(NetworkDescription.self, from: data)
  }

  var lastWeight: String? { layers.last { $0.type == "Linear" || $0.type == "Conv2d" }?.weight }

  /// Nodes of the export: exporters leave dropout out, and may fold batch norm.
  func nodeCount(foldingBatchNorm: Bool, keepingDropout: Bool) -> Int {
    layers.count {
      ($0.type != "Dropout" || keepingDropout) && ($0.type != "BatchNorm2d" || !foldingBatchNorm)
    }
  }
}
