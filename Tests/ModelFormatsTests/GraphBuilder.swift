import ModelFormats
import RelevancePropagation

/// Writes ONNX files field by field, for graphs no exporter writes on demand.
struct GraphBuilder {
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case text(String)
  }

  var opset = 17
  var producer = "test"
  var inputShape: [Int] = [1, 2, 4, 4]
  private var nodes: [UInt8] = []
  private var initializers: [UInt8] = []
  private var outputs: [String] = []

  init(opset: Int = 17, inputShape: [Int] = [1, 2, 4, 4]) {
    self.opset = opset
    self.inputShape = inputShape
  }

  mutating func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    _ attributes: [(String, Attribute)] = []
  ) {
    var message = inputs.flatMap { Wire.text(1, $0) } + outputs.flatMap { Wire.text(2, $0) }
    message += Wire.text(3, name) + Wire.text(4, operation) + Wire.text(7, domain)
    for (key, value) in attributes {
      var attribute = Wire.text(1, key)
      switch value {
      case .integer(let integer): attribute += Wire.integer(3, integer)
      case .integers(let integers): attribute += integers.flatMap { Wire.integer(8, $0) }
      case .float(let float): attribute += Wire.fixed32(2, float.bitPattern)
      case .text(let text): attribute += Wire.text(4, text)
      }
      message += Wire.bytes(5, attribute)
    }
    nodes += Wire.bytes(1, message)
    self.outputs = outputs
  }

  mutating func floats(_ name: String, _ shape: [Int], _ scalars: [Float]? = nil) {
    let scalars = scalars ?? (0..<shape.reduce(1, *)).map { Float($0) + 1 }
    let raw = scalars.flatMap { scalar in withUnsafeBytes(of: scalar.bitPattern.littleEndian) { Array($0) } }
    tensor(name, shape, type: 1, Wire.bytes(9, raw))
  }

  mutating func integers(_ name: String, _ integers: [Int]) {
    tensor(
      name, [integers.count], type: 7, Wire.bytes(7, integers.flatMap { Wire.varint(UInt64(bitPattern: Int64($0))) }))
  }

  mutating func scalar(_ name: String, _ integer: Int) {
    tensor(name, [], type: 7, Wire.integer(7, integer))
  }

  mutating func tensor(_ name: String, _ shape: [Int], type: Int, _ content: [UInt8]) {
    initializers += Wire.bytes(
      5, shape.flatMap { Wire.integer(1, $0) } + Wire.integer(2, type) + Wire.text(8, name) + content)
  }

  var bytes: [UInt8] {
    let extents = inputShape.flatMap { Wire.bytes(1, $0 > 0 ? Wire.integer(1, $0) : Wire.text(2, "n")) }
    let type = Wire.bytes(1, Wire.integer(1, 1) + Wire.bytes(2, extents))
    let input = Wire.bytes(11, Wire.text(1, "x") + Wire.bytes(2, type))
    let graph = nodes + initializers + input + Wire.bytes(12, Wire.text(1, outputs.first ?? ""))
    return Wire.integer(1, 8) + Wire.text(2, producer) + Wire.bytes(7, graph) + Wire.bytes(8, Wire.integer(2, opset))
  }

  func load(inputSize: Extent? = nil) throws -> LoadedModel {
    try ModelFile.load(bytes: bytes, name: "m.onnx", inputSize: inputSize)
  }

  /// The error's text.
  func refusal(inputSize: Extent? = nil) -> String {
    do {
      return "loaded: \(try load(inputSize: inputSize).architecture)"
    } catch { return "\(error)" }
  }
}

/// Protobuf, field by field.
enum Wire {
  static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
  static func integer(_ field: Int, _ value: Int) -> [UInt8] {
    varint(UInt64(field << 3)) + varint(UInt64(bitPattern: Int64(value)))
  }
  static func fixed32(_ field: Int, _ value: UInt32) -> [UInt8] {
    varint(UInt64(field << 3 | 5)) + withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  static func bytes(_ field: Int, _ content: [UInt8]) -> [UInt8] {
    varint(UInt64(field << 3 | 2)) + varint(UInt64(content.count)) + content
  }
  static func text(_ field: Int, _ text: String) -> [UInt8] { text.isEmpty ? [] : bytes(field, Array(text.utf8)) }
}
