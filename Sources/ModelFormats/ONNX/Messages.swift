import RelevancePropagation

/// ONNX's messages, as far as they are used; field numbers from onnx.proto. Unknown fields are passed over.
struct ModelMessage {
  var producer = ""
  var opset: Int?
  var graph: GraphMessage?
  var metadata: [String: String] = [:]

  init(_ bytes: Bytes) throws {
    var reader = WireReader(bytes)
    var version = ""
    while let field = try reader.next() {
      switch field.number {
      case 2: producer = try field.text
      case 3: version = try field.text
      case 7: graph = try GraphMessage(field.content)
      case 8:
        let (domain, number) = try Self.operatorSet(field.content)
        if domain.isEmpty || domain == "ai.onnx" { opset = number }
      case 14:
        let (key, value) = try keyAndValue(field.content)
        metadata[key] = value
      default: break
      }
    }
    if !version.isEmpty { producer += " " + version }
  }

  private static func operatorSet(_ bytes: Bytes) throws -> (domain: String, version: Int) {
    var reader = WireReader(bytes)
    var result = (domain: "", version: 0)
    while let field = try reader.next() {
      switch field.number {
      case 1: result.domain = try field.text
      case 2: result.version = try field.integer
      default: break
      }
    }
    return result
  }
}

struct GraphMessage {
  var nodes: [NodeMessage] = []
  var initializers: [TensorMessage] = []
  var inputs: [ValueMessage] = []
  var outputs: [ValueMessage] = []
  var hasSparseInitializers = false

  init(_ bytes: Bytes) throws {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: nodes.append(try NodeMessage(field.content))
      case 5: initializers.append(try TensorMessage(field.content))
      case 11: inputs.append(try ValueMessage(field.content))
      case 12: outputs.append(try ValueMessage(field.content))
      case 15: hasSparseInitializers = true
      default: break
      }
      try Self.limit([nodes.count, initializers.count, inputs.count, outputs.count].max() ?? 0)
    }
    try Self.limit(nodes.reduce(0) { $0 + $1.inputs.count + $1.outputs.count + $1.attributes.count })
  }

  /// An empty message takes two bytes of a file but hundreds of memory.
  private static func limit(_ count: Int) throws {
    guard count <= 100_000 else {
      throw ModelFileError(
        "the graph has more than 100000 nodes, values or initializers", remedy: "is the file damaged?")
    }
  }
}

/// An input or output of the graph: its name and shape, nil for extents left open.
struct ValueMessage {
  var name = ""
  var type: ElementType?
  var extents: [Int?] = []

  init(_ bytes: Bytes) throws {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text
      case 2:
        try fields(of: field.content, 1) { tensor in
          var reader = WireReader(tensor)
          while let field = try reader.next() {
            if field.number == 1 { type = ElementType.onnx[try field.integer] }
            if field.number == 2 { try fields(of: field.content, 1) { extents.append(try Self.extent($0)) } }
          }
        }
      default: break
      }
    }
  }

  private static func extent(_ bytes: Bytes) throws -> Int? {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { return try field.integer > 0 ? field.integer : nil }
    }
    return nil
  }
}

/// Calls `body` with the content of every field `number`.
private func fields(of bytes: Bytes, _ number: Int, _ body: (Bytes) throws -> Void) throws {
  var reader = WireReader(bytes)
  while let field = try reader.next() {
    if field.number == number { try body(field.content) }
  }
}

/// StringStringEntryProto.
func keyAndValue(_ bytes: Bytes) throws -> (key: String, value: String) {
  var reader = WireReader(bytes)
  var entry = (key: "", value: "")
  while let field = try reader.next() {
    if field.number == 1 { entry.key = try field.text }
    if field.number == 2 { entry.value = try field.text }
  }
  return entry
}
