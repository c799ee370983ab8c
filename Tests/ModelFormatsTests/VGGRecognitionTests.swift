import ModelFormats
import RelevancePropagation
import Testing

@Suite("VGG state dicts")
struct VGGRecognitionTests {
  private let dictionary = try! ModelFile.stateDictionary(path: Fixture.path("vgg11.safetensors"))

  private func load(inputSize: Extent? = nil, _ edit: (String, Tensor) -> (String, Tensor)?) throws -> LoadedModel {
    try ModelFile.load(bytes: SafetensorsBuilder.copy(of: dictionary, edit).bytes, name: "m", inputSize: inputSize)
  }

  private func message(_ edit: (String, Tensor) -> (String, Tensor)?) throws -> String {
    try #require(throws: ModelFileError.self) { try load(edit) }.description
  }

  @Test("Every node has torchvision's name, dropout included")
  func names() throws {
    let network = try load { ($0, $1) }.network
    #expect(
      network.nodes.map(\.name) == (0...20).map { "features.\($0)" } + ["avgpool", "flatten"]
        + (0...6).map { "classifier.\($0)" })
    #expect(network["features.20"]?.layer is MaxPooling)
    #expect(network["classifier.5"]?.layer is Dropout)
    #expect(network.inputShape == [3, 32, 32])
    #expect(network.outputShape == [3])
    #expect(network.outputName == "classifier.6")
  }

  @Test("timm's names give the same network under torchvision's names")
  func timm() throws {
    let timm = try ModelFile.load(path: Fixture.path("timm.safetensors"))
    let torchvision = try load { ($0, $1) }
    #expect(timm.network.nodes.map(\.name) == torchvision.network.nodes.map(\.name))
    for (a, b) in zip(timm.network.nodes, torchvision.network.nodes) {
      #expect(zip(a.layer.parameters, b.layer.parameters).allSatisfy { $0.tensor == $1.tensor })
    }
    let error = try #require(throws: ModelFileError.self) {
      try ModelFile.load(path: Fixture.path("timm.safetensors"), inputSize: Extent(64))
    }
    #expect(error.problem.contains("slides pre_logits.fc1.weight over maps larger than 1x1"))
  }

  @Test("Other image sizes are pooled to the grid the first dense layer expects")
  func sizes() throws {
    let network = try load(inputSize: Extent(64, 96)) { ($0, $1) }.network
    #expect(network.shapes["features.20"] == [2, 2, 3])
    #expect(network.shapes["avgpool"] == [2, 1, 1])
    #expect(throws: ModelFileError(file: "m", "input size 16x64: expected 32 to 65536 pixels a side")) {
      try load(inputSize: Extent(16, 64)) { ($0, $1) }
    }
    for hostile in [Extent(-32, 64), Extent(Int.max, 64), Extent(Int.min, Int.min)] {
      #expect(throws: ModelFileError.self) { try load(inputSize: hostile) { ($0, $1) } }
    }
  }

  @Test("A missing, superfluous or misshapen parameter is named")
  func differences() throws {
    #expect(
      try message { name, tensor in name == "features.8.bias" ? nil : (name, tensor) }
        == "m: features.8.bias: is missing, though the other keys are those of VGG-11; is the file complete?")
    #expect(
      try message { name, tensor in (name == "features.8.bias" ? "features.9.bias" : name, tensor) }
        .contains(
          "features.8.bias: is missing, though the other keys are those of VGG-11 (and \"features.9.bias\" is none"))
    #expect(
      try message { name, tensor in (name, name == "features.3.weight" ? tensor.reshaped([2, 3, 3, 2]) : tensor) }
        == "m: features.3.weight: expected [K, 2, 3, 3], found [2, 3, 3, 2]; is the file channels-last?")
    #expect(
      try message { name, tensor in (name, name == "classifier.3.bias" ? tensor.reshaped([2, 2]) : tensor) }
        == "m: classifier.3.bias: expected [4], found [2, 2]")
    #expect(
      try message { name, tensor in (name, name == "classifier.0.weight" ? tensor.reshaped([8]) : tensor) }
        .hasPrefix("m: classifier.0.weight: expected convolutions"))
    var builder = SafetensorsBuilder.copy(of: dictionary) { ($0, $1) }
    builder.add("classifier.7.weight", [1], [0])
    #expect(
      throws: ModelFileError(
        file: "m", at: "classifier.7.weight", "VGG-11 has no such parameter, though all its own are there",
        remedy: "export the changed network to ONNX, which brings its graph")
    ) {
      try ModelFile.load(bytes: builder.bytes, name: "m")
    }
    #expect(
      try message { name, tensor in ("layer." + name, tensor) }
        .hasPrefix("m: not a known architecture: 22 tensors, beginning with layer."))
  }

  @Test("NaN and infinity are refused with tensor and index")
  func notFinite() throws {
    #expect(
      throws: ModelFileError(
        file: Fixture.path("nan.pth"), at: "features.3.weight", "nan at [1, 0, 2, 1]",
        remedy: "relevance needs finite weights; did the training diverge?")
    ) {
      try ModelFile.load(path: Fixture.path("nan.pth"))
    }
    #expect(
      try message { name, tensor in
        name == "classifier.6.bias" ? (name, Tensor(shape: [3], scalars: [0, 0, -.infinity])) : (name, tensor)
      }.contains("classifier.6.bias: -inf at [2]"))
  }

  @Test("Biases may be absent, of convolutions or of dense layers")
  func withoutBias() throws {
    let network = try load { name, tensor in
      name.hasSuffix(".bias") && name.hasPrefix("features") ? nil : (name, tensor)
    }.network
    #expect((network["features.0"]?.layer as? Convolution)?.bias == nil)
    #expect((network["classifier.0"]?.layer as? Dense)?.bias != nil)
  }
}
