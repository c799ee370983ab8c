import RelevancePropagation

/// Rewrites a network node by node so that every layer works on maps of any size.
struct DirectBuilder {
  /// What stands for a node's output: a node of the new network, and the output's shape there, `[C, h, w]` where the node had
  /// `[C·h·w]`.
  private struct Map {
    let name: String
    let shape: Shape
    let fields: ReceptiveFields
  }

  private let window: Network
  private var maps: [String: Map]
  private var nodes: [Network.Node] = []

  init(_ window: Network) {
    self.window = window
    maps = [window.inputName: Map(name: window.inputName, shape: window.inputShape, fields: ReceptiveFields())]
  }

  /// Of the output.
  var fields: ReceptiveFields { maps[window.outputName]!.fields }

  /// - Throws: `DirectError` where scores are no single numbers.
  func network() throws -> Network {
    let output = maps[window.outputName]!
    guard output.shape.rank == 3, output.shape[1] == 1, output.shape[2] == 1, output.name != window.inputName else {
      throw DirectError(
        "\(window.outputName): a window's scores are \(output.shape), expected one number a class; scan windows instead"
      )
    }
    return try Network(
      name: window.name, inputName: window.inputName, inputShape: window.inputShape, nodes: nodes,
      outputName: output.name)
  }

  /// - Throws: `DirectError` for a layer that does not extend.
  mutating func add(_ node: Network.Node) throws {
    let inputs = node.inputs.map { maps[$0]! }
    let shape = window.shapes[node.name]!
    guard inputs.allSatisfy({ $0.shape.rank == 3 }) else {
      throw DirectError("\(window.inputName): the network reads \(inputs[0].shape), no image [C, H, W]")
    }
    let input = inputs[0].shape
    switch node.layer {
    case is Reshape:
      // The rows of numbers that dense layers read, and what holds the same numbers in the same places.
      guard shape == [input.count] || shape == input else {
        throw refusal(node, "gives \(shape), which larger images have no part in")
      }
      maps[node.name] = inputs[0]
    case let layer as AdaptiveAveragePooling:
      guard layer.outputSize == Extent(input[1], input[2]) else {
        throw refusal(node, "averages the whole map into \(layer.outputSize)")
      }
      maps[node.name] = inputs[0]
    case let layer as AveragePooling
    where layer.window.kernel.vertical >= input[1] && layer.window.kernel.horizontal >= input[2]
      && input[1] * input[2] > 1:
      throw refusal(node, "averages the whole map")
    case let layer as Dense:
      let filters = layer.weight.reshaped(Shape([layer.weight.shape[0]] + input.extents))
      append(node.name, Convolution(weight: filters, bias: layer.bias), inputs, [layer.weight.shape[0], 1, 1], node)
    case let layer as Convolution:
      if let bias = layer.bias, bias.shape.rank > 1 {
        throw refusal(node, "has a bias for every position (a batch norm folded into a padded convolution)")
      }
      append(node.name, layer, inputs, shape, node)
    case is BatchNormalization where shape.rank == 1 && input.count > input[0]:
      throw refusal(node, "normalizes each of the \(shape[0]) numbers of a flattened map")
    case is ReLU, is MaxPooling, is AveragePooling, is BatchNormalization, is LocalResponseNormalization, is Addition,
      is Concatenation, is Dropout, is Identity:
      guard inputs.allSatisfy({ $0.shape.extents.dropFirst() == input.extents.dropFirst() }) else {
        throw refusal(node, "joins maps of different sizes")
      }
      append(node.name, node.layer, inputs, spatial(node.layer, inputs, shape), node)
    default: throw refusal(node, "is not known to extend")
    }
    if maps[node.name] == nil { throw refusal(node, "joins branches whose units lie at different distances") }
  }

  /// The shape of a layer's output as a map, where the layer itself may give a row of numbers.
  private func spatial(_ layer: any Layer, _ inputs: [Map], _ shape: Shape) -> Shape {
    guard shape.rank == 1 else { return shape }
    let channels = layer is Concatenation ? inputs.reduce(0) { $0 + $1.shape[0] } : inputs[0].shape[0]
    return [channels, inputs[0].shape[1], inputs[0].shape[2]]
  }

  private mutating func append(
    _ name: String, _ layer: any Layer, _ inputs: [Map], _ shape: Shape, _ node: Network.Node
  ) {
    guard let fields = ReceptiveFields.behind(layer, inputs.map(\.fields)) else { return }
    nodes.append(Network.Node(name: name, layer: layer, inputs: inputs.map(\.name)))
    maps[name] = Map(name: name, shape: shape, fields: fields)
  }

  private func refusal(_ node: Network.Node, _ problem: String) -> DirectError {
    DirectError(
      "\(node.name) (\(node.layer.typeName)): \(problem), so the network does not extend to images of any size; "
        + "scan windows instead")
  }
}
