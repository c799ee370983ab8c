/// A feed-forward network: a directed acyclic graph of layers with one input image and one output.
///
/// A network is a value. It holds no buffers and no state; canonizers are functions from network to network.
/// Nodes stand in execution order: each reads nodes before it, or the input.
public struct Network: Sendable {
  public var name: String
  /// Name by which nodes refer to the input image.
  public let inputName: String
  /// Shape of one input image, `[C, H, W]` (or `[F]` for a network of dense layers alone).
  public let inputShape: Shape
  /// In execution order; names are unique.
  public let nodes: [Node]
  /// Name of the node that holds the scores (logits).
  public let outputName: String
  /// Shape of every node's output for one image, inferred when the network is made.
  public let shapes: [String: Shape]
  /// Names of nodes that canonizers removed, and the node whose output stands for theirs.
  public private(set) var aliases: [String: String] = [:]

  /// One layer in its place in the graph.
  public struct Node: Sendable {
    public var name: String
    public var layer: any Layer
    /// Names of the nodes (or the network input) whose outputs this node reads, in the layer's order.
    public var inputs: [String]

    public init(name: String, layer: any Layer, inputs: [String]) {
      self.name = name
      self.layer = layer
      self.inputs = inputs
    }
  }

  /// Orders the nodes, drops those the output does not need, and infers and checks all shapes.
  ///
  /// - Throws: `NetworkError` naming the node: a name used twice, an input that does not exist, a cycle,
  ///   a shape or parameter that does not fit.
  public init(
    name: String, inputName: String = "input", inputShape: Shape, nodes: [Node], outputName: String
  ) throws {
    guard inputShape.rank > 0, inputShape.extents.allSatisfy({ $0 > 0 }) else {
      throw NetworkError(
        node: inputName, problem: "input shape \(inputShape) has an extent that is not positive",
        remedy: "state the input size")
    }
    self.name = name
    self.inputName = inputName
    self.inputShape = inputShape
    self.outputName = outputName
    self.nodes = try Self.ordered(nodes, inputName: inputName, outputName: outputName)

    var shapes = [inputName: inputShape]
    for node in self.nodes {
      let inputs = node.inputs.map { shapes[$0]! }
      do {
        guard node.layer.inputCount.contains(inputs.count) else {
          let range = node.layer.inputCount
          let expected =
            range.count == 1 ? "\(range.lowerBound) input" : "\(range.lowerBound) to \(range.upperBound) inputs"
          throw LayerError("takes \(expected), found \(inputs.count)")
        }
        let output = try node.layer.outputShape(for: inputs)
        guard output.extents.allSatisfy({ $0 > 0 }) else {
          throw LayerError(
            "output would be empty (\(output)) for input \(inputs.map(\.description).joined(separator: ", "))",
            remedy: "use a larger input image")
        }
        guard output.rank > 0 else { throw LayerError("output has no axis; every layer reads a first extent") }
        shapes[node.name] = output
      } catch let error as LayerError {
        throw NetworkError(node: node.name, problem: error.problem, remedy: error.remedy)
      }
    }
    self.shapes = shapes
  }

  public var outputShape: Shape { shapes[outputName]! }

  public subscript(name: String) -> Node? { nodes.first { $0.name == name } }

  /// Names of the nodes that read the output of `name`.
  public func consumers(of name: String) -> [String] {
    nodes.filter { $0.inputs.contains(name) }.map(\.name)
  }

  public var parameterCount: Int {
    nodes.reduce(0) { $0 + $1.layer.parameters.reduce(0) { $0 + $1.tensor.count } }
  }

  /// The same graph for images of another size, `[C, H', W']`.
  public func resized(to inputShape: Shape) throws -> Network {
    try Network(name: name, inputName: inputName, inputShape: inputShape, nodes: nodes, outputName: outputName)
      .adding(aliases: aliases)
  }

  /// The same input and name with other nodes: how canonizers build their result.
  public func replacing(nodes: [Node], outputName: String? = nil) throws -> Network {
    try Network(
      name: name, inputName: inputName, inputShape: inputShape, nodes: nodes,
      outputName: outputName ?? self.outputName
    ).adding(aliases: aliases)
  }

  /// The network that also answers to `aliases`; older aliases follow where their node was removed in turn.
  func adding(aliases new: [String: String]) -> Network {
    var result = self
    result.aliases = aliases.mapValues { new[$0] ?? $0 }.merging(new) { $1 }
    return result
  }

  /// The node (or the input) whose output stands for `name`, or nil where there is none.
  public func resolve(_ name: String) -> String? {
    if shapes[name] != nil { return name }
    return aliases[name].flatMap { shapes[$0] == nil ? nil : $0 }
  }

  /// Depth-first from the output, without recursion (a hostile file may nest deeply).
  private static func ordered(_ nodes: [Node], inputName: String, outputName: String) throws -> [Node] {
    var byName: [String: Node] = [:]
    for node in nodes {
      guard node.name != inputName, byName.updateValue(node, forKey: node.name) == nil else {
        throw NetworkError(node: node.name, problem: "two nodes have this name", remedy: "rename one")
      }
    }
    guard byName[outputName] != nil else {
      throw NetworkError(
        node: outputName, problem: "the output node does not exist",
        remedy: "name one of the \(nodes.count) nodes")
    }
    enum Mark { case open, done }
    var marks: [String: Mark] = [inputName: .done]
    var order: [Node] = []
    var stack = [outputName]
    while let name = stack.last {
      let node = byName[name]!
      switch marks[name] {
      case .done:
        stack.removeLast()
      case .open where node.inputs.allSatisfy({ marks[$0] == .done }):
        marks[name] = .done
        order.append(node)
        stack.removeLast()
      default:
        marks[name] = .open
        for input in node.inputs.reversed() where marks[input] != .done {
          guard marks[input] != .open else {
            throw NetworkError(
              node: name, problem: "the graph has a cycle through \(input)", remedy: "only feed-forward graphs work")
          }
          guard byName[input] != nil else {
            throw NetworkError(
              node: name, problem: "reads \(input), which no node produces",
              remedy: "the input image is named \(inputName)")
          }
          stack.append(input)
        }
      }
    }
    return order
  }
}

/// A graph that cannot be: names the node, what is wrong, and what to do.
public struct NetworkError: Error, CustomStringConvertible {
  public let node: String
  public let problem: String
  public let remedy: String
  public init(node: String, problem: String, remedy: String) {
    self.node = node
    self.problem = problem
    self.remedy = remedy
  }
  public var description: String { "\(node): \(problem)" + (remedy.isEmpty ? "" : "; \(remedy)") }
}
