import Foundation
import ModelFormats
import RelevancePropagation
import Testing

@Suite("Safetensors")
struct SafetensorsTests {
  private func message(_ header: String, data: [UInt8] = []) throws -> String {
    let bytes = SafetensorsBuilder.file(header: header, data: data)
    return try #require(throws: ModelFileError.self) { try ModelFile.load(bytes: bytes, name: "m") }.description
  }

  @Test("Float32, float16, bfloat16 and float64 give the same numbers, integers are bookkeeping")
  func types() throws {
    var builder = SafetensorsBuilder()
    builder.add("a", [2, 1], [1.5, -0.25])
    // 1.5 = 0x3E00 and −0.25 = 0xB400 in binary16; 0x3FC0 and 0xBE80 in bfloat16.
    builder.entries.append(("b", "F16", [2], [0x00, 0x3E, 0x00, 0xB4]))
    builder.entries.append(("c", "BF16", [2], [0xC0, 0x3F, 0x80, 0xBE]))
    builder.entries.append(("d", "F64", [1], [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]))
    builder.entries.append(("n", "I64", [], [1, 0, 0, 0, 0, 0, 0, 0]))
    try Fixture.withFile(builder.bytes) { path in
      let dictionary = try ModelFile.stateDictionary(path: path)
      #expect(dictionary.names == ["a", "b", "c", "d"])
      #expect(dictionary["a"] == Tensor(shape: [2, 1], scalars: [1.5, -0.25]))
      #expect(dictionary["b"]?.scalars == [1.5, -0.25])
      #expect(dictionary["c"]?.scalars == [1.5, -0.25])
      #expect(dictionary["d"]?.scalars == [1.5])
      #expect(dictionary.bookkeeping == ["n"])
    }
  }

  @Test("A header longer than the file is refused")
  func headerLength() throws {
    let bytes: [UInt8] = [200, 0, 0, 0, 0, 0, 0, 0, UInt8(ascii: "{"), UInt8(ascii: "}")]
    let error = try #require(throws: ModelFileError.self) { try ModelFile.load(bytes: bytes, name: "m") }
    #expect(error.description == "m: header: expected 200 bytes, found 2; is the file complete?")
  }

  @Test("Offsets must lie in the file, cover it, and neither overlap nor leave gaps")
  func offsets() throws {
    let one = "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": "
    #expect(try message(one + "[0, 4]}}").contains("a: expected to end at byte 4 of 0"))
    #expect(try message(one + "[4, 8]}}", data: [0, 0, 0, 0, 0, 0, 0, 0]).contains("expected to begin at byte 0"))
    #expect(try message(one + "[0, 4]}}", data: [0, 0, 0, 0, 0]).contains("1 bytes follow the last tensor"))
    #expect(try message(one + "[4, 0]}}").contains("expected data_offsets [begin, end], found [4, 0]"))
    #expect(try message(one + "[-4, 0]}}").contains("expected data_offsets"))
    #expect(
      try message(one + "[0, 8]}}", data: Array(repeating: 0, count: 8)).contains("8 bytes do not hold a tensor [1]"))
    let two = one + "[0, 4]}, \"b\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [2, 6]}}"
    #expect(try message(two, data: Array(repeating: 0, count: 6)).contains("b: expected to begin at byte 4"))
  }

  @Test("Impossible shapes and types are refused by tensor")
  func shapes() throws {
    let huge = "{\"a\": {\"dtype\": \"F32\", \"shape\": [4611686018427387904, 4], \"data_offsets\": [0, 0]}}"
    #expect(try message(huge).contains("a: 0 bytes do not hold a tensor"))
    let negative = "{\"a\": {\"dtype\": \"F32\", \"shape\": [-1, -4], \"data_offsets\": [0, 4]}}"
    #expect(try message(negative, data: [0, 0, 0, 0]).contains("do not hold a tensor [-1, -4]"))
    let empty = "{\"a\": {\"dtype\": \"F32\", \"shape\": [0, 4611686018427387904, 4], \"data_offsets\": [0, 0]}}"
    #expect(try message(empty).contains("a: impossible shape"))
    let type = "{\"a\": {\"dtype\": \"F8_E4M3\", \"shape\": [4], \"data_offsets\": [0, 4]}}"
    #expect(try message(type, data: [0, 0, 0, 0]).contains("a: element type F8_E4M3 is not supported"))
    #expect(try message("{\"a\": {\"dtype\": \"F32\"}}").contains("a lacks \"shape\""))
    #expect(try message(String(repeating: "{\"a\":", count: 100_000)).contains("no safetensors header"))
  }

  @Test("Labels and preprocessing in the metadata are used, and checked")
  func metadata() throws {
    let model = try ModelFile.load(path: Fixture.path("vgg11.safetensors"))
    #expect(model.labels == ["cat", "dog", "bird"])
    #expect(model.preprocessing.scale == 0.0078125)
    #expect(model.preprocessing.fitting == .stretch)
    #expect(model.preprocessingReason == "stated in the file")
    // The same from memory, as the demo network is loaded.
    let inMemory = try ModelFile.load(bytes: Fixture.bytes("vgg11.safetensors"), name: "demo")
    #expect(
      inMemory.network["features.8"]?.layer.parameters[0].tensor
        == model.network["features.8"]?.layer.parameters[0].tensor)

    var builder = SafetensorsBuilder.copy(of: try ModelFile.stateDictionary(path: Fixture.path("vgg11.safetensors"))) {
      ($0, $1)
    }
    builder.metadata = #"{"relprop.labels": "[\"cat\"]"}"#
    #expect(throws: ModelFileError(file: "m", at: "relprop.labels", "expected 3 names, found 1")) {
      try ModelFile.load(bytes: builder.bytes, name: "m")
    }
    builder.metadata =
      #"{"relprop.preprocessing": "{\"channelOrder\": \"rgb\", \"scale\": 1, \"mean\": [1], \"deviation\": [1, 0], \"fitting\": \"none\", \"resize\": 1}"}"#
    #expect(
      throws: ModelFileError(file: "m", at: "relprop.preprocessing", "expected 3 means and deviations, found 1 and 2")
    ) {
      try ModelFile.load(bytes: builder.bytes, name: "m")
    }
  }
}
