import RelevancePropagation

/// An ONNX file: a graph of operators with its weights. Every operator is looked up in `OperatorTable`; what is not
/// there is refused by name.
enum ONNXFile {
  static let oldestOpset = 7

  /// Whether the bytes begin like a ModelProto: with the version, or with other fields that lead to a graph.
  static func recognises(_ bytes: Bytes) -> Bool {
    guard bytes.count > 1 else { return false }
    if bytes[0] == 0x08, bytes[1] < 0x80 { return true }
    var reader = WireReader(bytes)
    var hasGraph = false
    do {
      while let field = try reader.next() {
        guard field.number <= 30 else { return false }
        if field.number == 7, case .bytes = field.value { hasGraph = true }
      }
    } catch { return false }
    return hasGraph
  }

  static func load(_ bytes: Bytes, path: String?, inputSize: Extent?) throws -> LoadedModel {
    let model = try ModelMessage(bytes)
    guard let graph = model.graph, !graph.nodes.isEmpty else {
      throw ModelFileError("has no graph", remedy: "is it a complete ONNX file?")
    }
    guard let opset = model.opset, opset >= oldestOpset, opset <= 1000 else {
      throw ModelFileError(
        "expected operator set \(oldestOpset) or newer, found \(model.opset.map(String.init) ?? "none")",
        remedy: "convert it with onnx.version_converter, or export it anew")
    }
    guard !graph.hasSparseInitializers else { throw ModelFileError("sparse initializers are not supported") }

    guard let first = graph.outputs.first else { throw ModelFileError("the graph has no output") }
    let nodes = needed(graph.nodes, for: first.name)
    try OperatorTable.requireSupport(nodes)

    let source = TensorSource(path: path, allowance: MemoryAllowance(fileSize: bytes.count))
    var notes: [String] = []
    let input = try GraphInput(graph, inputSize: inputSize, notes: &notes)
    var lowering = try GraphLowering(
      graph, nodes: nodes, opset: opset, batch: input.batch, inputName: input.name, inputShape: input.shape,
      source: source)
    do {
      for node in nodes { try lowering.lower(node) }
    } catch var error as ModelFileError where input.isResized {
      error.remedy +=
        (error.remedy.isEmpty ? "" : "; ") + "the file was written for \(input.sizeInFile), without another "
        + "input size it may load"
      throw error
    }
    if graph.outputs.count > 1 {
      notes.append("of \(graph.outputs.count) outputs the first, \"\(first.name)\", is used")
    }
    let network = try Network(
      name: "graph", inputName: input.name, inputShape: input.shape, nodes: lowering.nodes,
      outputName: try lowering.output(first.name).node)

    let producer = model.producer.isEmpty ? "" : " by \(model.producer)"
    let guess =
      try model.metadata["relprop.preprocessing"].map {
        try PreprocessingGuess(json: $0, inputShape: network.inputShape)
      } ?? PreprocessingGuess(inputShape: network.inputShape, producer: model.producer)
    return LoadedModel(
      network: network, format: "ONNX opset \(opset)\(producer)", architecture: "graph of \(network.nodes.count) nodes",
      preprocessing: guess.preprocessing, preprocessingReason: guess.reason,
      labels: try ModelFile.labels(model.metadata["relprop.labels"], count: network.outputShape.count),
      notes: notes + lowering.notes)
  }

  /// The nodes that `output` depends on, in the file's order.
  private static func needed(_ nodes: [NodeMessage], for output: String) -> [NodeMessage] {
    var values: Set<String> = [output]
    var needed: [NodeMessage] = []
    for node in nodes.reversed() where node.outputs.contains(where: values.contains) {
      values.formUnion(node.inputs)
      needed.append(node)
    }
    return needed.reversed()
  }
}
