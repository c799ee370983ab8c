import Foundation
import ModelFormats
import RelevancePropagation
import Testing

@Suite("ONNX files")
struct ONNXFileTests {
  private let expected = try! ModelFile.stateDictionary(path: Fixture.path("vgg11.safetensors"))

  private func checkWeights(_ name: String, tolerance: Float = 0) throws -> LoadedModel {
    let model = try ModelFile.load(path: Fixture.path(name), inputSize: Extent(32))
    for key in expected.names {
      let (node, parameter) = (
        key.prefix(upTo: key.lastIndex(of: ".")!), key.suffix(from: key.lastIndex(of: ".")!).dropFirst()
      )
      let tensor = model.network[String(node)]?.layer.parameters.first { $0.name == parameter }?.tensor
      let found = try #require(tensor, "\(key)")
      #expect(found.shape == expected[key]!.shape)
      #expect(
        zip(found.scalars, expected[key]!.scalars).allSatisfy {
          abs($0 - $1) <= tolerance * abs($1) + tolerance * 0x1p-14
        }, "\(key)")
    }
    #expect(model.network.outputShape == [3])
    return model
  }

  @Test("Operator sets 7, 9, 13 and 18 of both exporters hold the same network", arguments: [7, 9, 13, 18])
  func opsets(_ opset: Int) throws {
    let model = try checkWeights("opset\(opset).onnx")
    #expect(model.format.hasPrefix("ONNX opset \(opset) by pytorch "))
    #expect(model.preprocessing == .torchvision)
  }

  @Test("Float16 that is stored in int32_data")
  func halfInIntegers() throws { _ = try checkWeights("float16_in_int32_data.onnx", tolerance: 0x1p-11) }

  @Test("Weights in a file beside the model, never in one outside its folder")
  func external() throws {
    _ = try checkWeights("external.onnx")
    let error = try #require(throws: ModelFileError.self) { try ModelFile.load(path: Fixture.path("outside.onnx")) }
    #expect(error.problem == "lies in \"../Fixtures/external.data\", outside the model's folder")
    // Alone, without its data.
    try Fixture.withFile(try Fixture.bytes("external.onnx")) { path -> Void in
      let error = try #require(throws: ModelFileError.self) { try ModelFile.load(path: path) }
      #expect(error.problem.contains("external.data: No such file"))
    }
    #expect(throws: ModelFileError.self) { try ModelFile.load(bytes: Fixture.bytes("external.onnx"), name: "m") }
  }

  @Test("External data is checked: absolute paths, parents, offsets and lengths beyond the file")
  func externalDamage() throws {
    for (location, offset, length, message) in [
      ("/etc/passwd", "0", "4", "outside the model's folder"), ("a/../../b", "0", "4", "outside the model's folder"),
      ("..", "0", "4", "outside the model's folder"), ("a\\b", "0", "4", "outside the model's folder"),
      ("external.data", "99999999", "4", "which has"), ("external.data", "0", "99999999", "expected 99999999 bytes"),
      ("external.data", "-4", "4", "expected a number of bytes"),
      ("external.data", "0", "9223372036854775808", "expected a number"),
      ("external.data", "0", "4", "4 bytes do not hold"), (".", "0", "4", "not a regular file"),
    ] {
      var graph = GraphBuilder()
      let entries = [("location", location), ("offset", offset), ("length", length)]
      graph.tensor(
        "w", [1, 2, 1, 1], type: 1,
        entries.flatMap { Wire.bytes(13, Wire.text(1, $0.0) + Wire.text(2, $0.1)) } + Wire.integer(14, 1))
      graph.node("Conv", ["x", "w"], ["y"])
      try Fixture.withFile(graph.bytes) { path -> Void in
        let data = URL(filePath: path).deletingLastPathComponent().appending(path: "external.data")
        try Data(repeating: 0, count: 64).write(to: data)
        let error = try #require(throws: ModelFileError.self) { try ModelFile.load(path: path) }
        #expect(error.description.contains(message), "\(location): \(error)")
      }
    }
  }

  @Test("A recurrent network is refused by operator")
  func recurrent() throws {
    let error = try #require(throws: ModelFileError.self) { try ModelFile.load(path: Fixture.path("lstm.onnx")) }
    #expect(error.problem == "operators not supported: LSTM (node \"/rnn/LSTM\"), Transpose (node \"/rnn/Transpose\")")
  }

  @Test("Files that are no models say so")
  func foreign() throws {
    #expect(throws: ModelFileError(file: "m", "is empty")) { try ModelFile.load(bytes: [], name: "m") }
    #expect(
      throws: ModelFileError(
        file: "m", "is none of safetensors, PyTorch (.pth) and ONNX", remedy: "is it a model file, and complete?")
    ) {
      try ModelFile.load(
        bytes: Array("\u{89}PNG".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }), name: "m")
    }
    #expect(throws: ModelFileError(file: "/no/such.onnx", "cannot be read: No such file or directory")) {
      try ModelFile.load(path: "/no/such.onnx")
    }
  }
}
