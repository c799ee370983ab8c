import Foundation
import ModelFormats
import RelevancePropagation
import Testing

/// The independent reference networks, which lie beside the package and are not part of it.
@Suite("Reference models", .enabled(if: Reference.folder != nil, "no reference models: set RELPROP_SHARED"))
struct ReferenceModelTests {
  @Test("VGG state dicts give torchvision's nodes and the file's weights", arguments: Reference.stateDictionaries)
  func stateDictionary(_ reference: Reference.VGG) throws {
    let model = try ModelFile.load(path: reference.path, inputSize: reference.inputSize)
    let description = try NetworkDescription(reference.model)
    #expect(model.format == "safetensors")
    #expect(model.architecture == reference.architecture)
    #expect(model.network.inputShape == Shape(description.input.shape))
    // torchvision has the adaptive pool even where these references do without it.
    #expect(
      model.network.nodes.map(\.name).filter { $0 != "avgpool" }
        == description.layers.map(\.name).filter { $0 != "avgpool" })
    #expect(model.network.outputName == description.output)
    let weights = try ModelFile.stateDictionary(path: reference.path)
    for layer in description.layers {
      let node = try #require(model.network[layer.name])
      for parameter in node.layer.parameters {
        #expect(parameter.tensor == weights["\(layer.name).\(parameter.name)"])
      }
    }
    #expect(model.network.parameterCount == weights.names.reduce(0) { $0 + weights[$1]!.count })
  }

  @Test("ONNX graphs have the state dict's shapes and weights", arguments: Reference.graphs)
  func graph(_ name: String) throws {
    let model = try ModelFile.load(path: Reference.path(name, "model.onnx"))
    let description = try NetworkDescription(name)
    let network = model.network
    #expect(network.inputShape == Shape(description.input.shape))
    #expect(model.format.hasPrefix("ONNX opset 1") && model.format.contains(" by pytorch 2.13.0"))
    #expect(model.architecture == "graph of \(network.nodes.count) nodes")
    #expect(
      network.nodes.count
        == description.nodeCount(foldingBatchNorm: name == "resmicro1", keepingDropout: name == "vggmicro_bn"))
    let weights = try ModelFile.stateDictionary(path: Reference.path(name, "weights.safetensors"))
    #expect(network.outputShape == [weights[try #require(description.lastWeight)]!.shape[0]])
    for layer in description.layers where layer.type == "Conv2d" || layer.type == "Linear" {
      let node = try #require(network[layer.name], "\(layer.name) keeps its name")
      // The exporter folded this model's batch norms into its convolutions.
      guard name != "resmicro1" || layer.type == "Linear" else { continue }
      for parameter in node.layer.parameters {
        #expect(parameter.tensor == weights["\(layer.name).\(parameter.name)"], "\(layer.name).\(parameter.name)")
      }
    }
  }

  @Test("Every node's shape is that of the references' activations", arguments: Reference.stateDictionaries)
  func shapes(_ reference: Reference.VGG) throws {
    let network = try ModelFile.load(path: reference.path, inputSize: reference.inputSize).network
    let forward = try ModelFile.stateDictionary(path: Reference.forwardPath(reference.model))
    var compared = 0
    for name in forward.names where name.hasPrefix("A.") {
      guard let shape = network.shapes[String(name.dropFirst(2))] else { continue }
      #expect(Array(forward[name]!.shape.extents.dropFirst()) == shape.extents, "\(name)")
      compared += 1
    }
    #expect(compared > 20)
  }

  @Test("An export with gathered pooling is refused by operator and node")
  func unsupported() throws {
    let error = try #require(throws: ModelFileError.self) {
      try ModelFile.load(path: Reference.path("vggmicro_adaptive", "unsupported.onnx"))
    }
    #expect(
      error.description.contains("Transpose (node \"node_Transpose_31\")"))
  }

  @Test("A state dict for images that are not square asks for their size")
  func notSquare() throws {
    let error = try #require(throws: ModelFileError.self) {
      try ModelFile.load(path: Reference.path("vggmicro_48x80", "weights.safetensors"))
    }
    #expect(error.place == "classifier.0.weight")
    #expect(error.remedy == "state the input size the network was trained for")
  }

  @Test("Networks that are no VGG are told apart from their keys")
  func notVGG() throws {
    for name in ["resmicro1", "convvar1", "lenet5", "mnist_mlp"] {
      let error = try #require(throws: ModelFileError.self) {
        try ModelFile.load(path: Reference.path(name, "weights.safetensors"))
      }
      #expect(error.problem.hasPrefix("not a known architecture"), "\(name): \(error)")
    }
  }

  @Test("The half-precision SqueezeNet of Caffe2 keeps its softmax and is taken as BGR")
  func squeezeNet() throws {
    let folder = try #require(Reference.folder)
    let path = folder.appending(path: "real/squeezenet_fp16.onnx").path
    guard FileManager.default.fileExists(atPath: path) else { return }
    let model = try ModelFile.load(path: path)
    #expect(model.format == "ONNX opset 7 by onnx-caffe2")
    #expect(model.preprocessing == .caffe)
    #expect(model.network.inputShape == [3, 224, 224])
    #expect(model.network.outputShape == [1000, 1, 1])
    #expect(model.network.nodes.count { $0.layer is Convolution } == 26)
    #expect(model.network.nodes.count { $0.layer is Concatenation } == 8)
    #expect(model.network.nodes.last?.layer is Softmax)
    #expect(model.network.nodes.contains { $0.layer is Dropout })
    #expect(model.network.parameterCount == 1_235_496)
    // The file leaves nothing to the image's size: it may be resized.
    #expect(try ModelFile.load(path: path, inputSize: Extent(320, 256)).network.inputShape == [3, 320, 256])
  }
}
