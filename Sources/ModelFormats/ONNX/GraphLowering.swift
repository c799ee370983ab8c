import RelevancePropagation

/// Turns the nodes of an ONNX graph into layers, one after another, in the order of the file.
///
/// Shapes are inferred on the way, because flattening, SAME padding and computed shapes need them. The batch axis is
/// dropped: where the file leaves it open it counts as 1.
struct GraphLowering {
  let opset: Int
  let batch: Int
  let input: Activation
  private(set) var nodes: [Network.Node] = []
  private(set) var notes: [String] = []

  private let source: TensorSource
  private let graphOutputs: Set<String>
  private var values: [String: GraphValue] = [:]
  private var readers: [String: Int] = [:]
  private var positions: [String: Int] = [:]
  private var names: NodeNames

  /// Larger extents than any image or filter bank has; sums and products of shapes cannot overflow below.
  static let largestExtent = 1 << 24

  init(
    _ graph: GraphMessage, nodes: [NodeMessage], opset: Int, batch: Int, inputName: String, inputShape: Shape,
    source: TensorSource
  ) throws {
    self.opset = opset
    self.batch = batch
    self.source = source
    input = Activation(node: inputName, shape: inputShape)
    names = NodeNames(reserved: inputName)
    graphOutputs = Set(graph.outputs.map(\.name))
    for name in nodes.flatMap(\.inputs) + graph.outputs.map(\.name) { readers[name, default: 0] += 1 }
    for tensor in graph.initializers { values[tensor.name] = .constant(tensor) }
    values[inputName] = .activation(input)
  }

  mutating func note(_ sentence: String) { notes.append(sentence) }

  /// Lowers one node.
  mutating func lower(_ node: NodeMessage) throws {
    guard let lowering = OperatorTable.lowering(of: node) else {
      preconditionFailure("checked when the file was opened")
    }
    guard let output = node.outputs.first, !output.isEmpty else {
      throw ModelFileError(at: node.title, "has no output")
    }
    guard values[output] == nil else {
      throw ModelFileError(at: node.title, "writes \"\(output)\", which exists already", remedy: "is the file damaged?")
    }
    values[output] = try lowering(node, &self)
  }

  // MARK: What operators read

  /// The value of input `index`; nil where the node leaves it out.
  func value(_ node: NodeMessage, _ index: Int) throws -> GraphValue? {
    guard node.inputs.indices.contains(index), !node.inputs[index].isEmpty else { return nil }
    guard let value = values[node.inputs[index]] else {
      throw ModelFileError(
        at: node.title, "reads \"\(node.inputs[index])\", which nothing before it writes",
        remedy: "nodes must stand in execution order")
    }
    return value
  }

  func required(_ node: NodeMessage, _ index: Int) throws -> GraphValue {
    guard let value = try value(node, index) else {
      throw ModelFileError(at: node.title, "operator \(node.operation) lacks input \(index)")
    }
    return value
  }

  /// An input that depends on the image.
  func activation(_ node: NodeMessage, _ index: Int = 0, allowingPadding: Bool = false) throws -> Activation {
    guard case .activation(let activation) = try required(node, index) else {
      throw ModelFileError(
        at: node.title, "expected input \"\(node.inputs[index])\" of \(node.operation) to depend on the image",
        remedy: "simplify the graph, for example with onnxsim")
    }
    guard allowingPadding || activation.pendingPadding == .zero else {
      throw ModelFileError(
        at: node.title, "reads a padded image; Pad is only supported before a convolution or pool",
        remedy: "give the layer its own padding")
    }
    return activation
  }

  /// An input of learned numbers; nil where the node leaves it out.
  func weights(_ node: NodeMessage, _ index: Int) throws -> Tensor? {
    guard let value = try value(node, index) else { return nil }
    guard case .constant(let tensor) = value else {
      throw ModelFileError(
        at: node.title, "expected input \"\(node.inputs[index])\" of \(node.operation) to be constant",
        remedy: "only weights that are stored in the file are supported")
    }
    let weights = try tensor.tensor(node.inputs[index], source: source).requireFinite(node.inputs[index])
    guard weights.shape.extents.allSatisfy({ (1...Self.largestExtent).contains($0) }) else {
      throw ModelFileError(
        at: node.inputs[index], "impossible weights \(weights.shape)", remedy: "is the file damaged?")
    }
    return weights
  }

  /// An input of integers that are known now; nil where the node leaves it out.
  func integers(_ node: NodeMessage, _ index: Int) throws -> [Int]? {
    guard let value = try value(node, index) else { return nil }
    if case .integers(let integers) = value { return integers }
    if case .constant(let tensor) = value, let integers = try tensor.integers(node.inputs[index], source: source) {
      return integers
    }
    throw ModelFileError(
      at: node.title, "expected input \"\(node.inputs[index])\" of \(node.operation) to be constant integers",
      remedy: "simplify the graph, for example with onnxsim")
  }

  /// A constant of one number; nil where the node leaves it out.
  func scalar(_ node: NodeMessage, _ index: Int) throws -> Double? {
    guard case .constant(let tensor)? = try value(node, index) else {
      return try integers(node, index)?.first.map(Double.init)
    }
    if let integers = try tensor.integers(node.inputs[index], source: source) { return integers.first.map(Double.init) }
    let numbers = try tensor.tensor(node.inputs[index], source: source)
    guard numbers.count == 1 else {
      throw ModelFileError(at: node.title, "expected one number in \"\(node.inputs[index])\", found \(numbers.shape)")
    }
    return Double(numbers.scalars[0])
  }

  func isGraphOutput(_ node: NodeMessage) -> Bool { graphOutputs.contains(node.outputs[0]) }

  /// Claims memory for numbers made here, in bytes.
  func spend(_ bytes: Int, _ node: NodeMessage) throws { try source.allowance.spend(bytes, at: node.title) }

  // MARK: What operators make

  /// Appends a layer and gives its output.
  mutating func add(_ layer: any Layer, _ node: NodeMessage, _ inputs: [Activation]) throws -> GraphValue {
    let shape: Shape
    do {
      guard layer.inputCount.contains(inputs.count) else {
        throw LayerError("takes \(layer.inputCount) inputs, found \(inputs.count)")
      }
      shape = try layer.outputShape(for: inputs.map(\.shape))
    } catch let error as LayerError {
      throw ModelFileError(at: node.title, error.problem, remedy: error.remedy)
    }
    guard shape.extents.allSatisfy({ (1...Self.largestExtent).contains($0) }),
      let count = Shape.checkedCount(shape.extents), count <= 1 << 40
    else { throw ModelFileError(at: node.title, "impossible output \(shape)", remedy: "use another input size") }
    let name = names.name(for: node)
    positions[name] = nodes.count
    nodes.append(Network.Node(name: name, layer: layer, inputs: inputs.map(\.node)))
    return .activation(Activation(node: name, shape: shape))
  }

  /// The layer that made an activation.
  func layer(of activation: Activation) -> (any Layer)? { positions[activation.node].map { nodes[$0].layer } }

  /// Whether only `node` reads its input `index`, so that the layer that wrote it may be changed.
  func isOnlyReader(_ node: NodeMessage, _ index: Int) -> Bool { readers[node.inputs[index]] == 1 }

  /// Puts another layer in the place of the one that made `activation`.
  mutating func replaceLayer(of activation: Activation, by layer: any Layer) {
    nodes[positions[activation.node]!].layer = layer
  }

  /// The node that writes the graph's output `name`.
  func output(_ name: String) throws -> Activation {
    guard case .activation(let activation)? = values[name], activation.pendingPadding == .zero,
      positions[activation.node] != nil
    else { throw ModelFileError(at: "output \"\(name)\"", "is not computed from the image") }
    return activation
  }
}
