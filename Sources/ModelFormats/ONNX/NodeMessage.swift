/// A node of the graph: an operator, the values it reads and writes, and its attributes.
struct NodeMessage {
  var name = ""
  var operation = ""
  var domain = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: AttributeMessage] = [:]
  /// What torch.export writes: `['', 'features', 'features.0', 'conv2d']`.
  var scopes = ""

  init(_ bytes: Bytes) throws {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: inputs.append(try field.text)
      case 2: outputs.append(try field.text)
      case 3: name = try field.text
      case 4: operation = try field.text
      case 5:
        let attribute = try AttributeMessage(field.content)
        attributes[attribute.name] = attribute
      case 7: domain = try field.text
      case 9:
        let (key, value) = try keyAndValue(field.content)
        if key == "pkg.torch.onnx.name_scopes" { scopes = value }
      default: break
      }
    }
  }

  /// How messages name the node.
  var title: String { "node \"\(name.isEmpty ? outputs.first ?? operation : name)\"" }
}

struct AttributeMessage {
  var name = ""
  var float: Float?
  var integer: Int?
  var text: String?
  var tensor: TensorMessage?
  var integers: [Int] = []
  var floats: [Float] = []

  init(_ bytes: Bytes) throws {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, _): name = try field.text
      case (2, .fixed32(let bits)): float = Float(bitPattern: bits)
      case (3, _): integer = try field.integer
      case (4, _): text = try field.text
      case (5, _): tensor = try TensorMessage(field.content)
      case (7, .fixed32(let bits)): floats.append(Float(bitPattern: bits))
      case (7, .bytes(let packed)):
        for offset in stride(from: 0, to: packed.count, by: 4) {
          floats.append(Float(bitPattern: try packed.integer(UInt32.self, at: offset, of: name)))
        }
      case (8, _): integers += try field.integers
      default: break
      }
    }
  }
}
