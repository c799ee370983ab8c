import TestDevices

@testable import RelevancePropagation

/// One run on the test device: upload, forward, backward.
struct DeviceRun {
  let relevance: Relevance
  let scores: Tensor
  /// Every node's output, `[N, …]`.
  let activations: [String: Tensor]

  init(
    _ network: Network, rules: [String: any Rule], images: Tensor, start: Tensor? = nil, targets: Int = 1,
    batch: Int? = nil, ledger: Bool = true
  ) throws {
    let device = try DeviceNetwork(network, on: TestDevice.engine, batch: batch ?? images.shape[0])
    let propagator = try Propagator(
      device, rules: try RuleTable(rules, for: network),
      options: .init(targets: targets, keeping: .all, ledger: ledger))
    let trace = try device.forward(images)
    scores = try trace.scores()
    var activations: [String: Tensor] = [:]
    for node in network.nodes { activations[node.name] = try trace.activation(of: node.name) }
    self.activations = activations
    relevance = try propagator.propagate(trace, from: start ?? scores)
  }
}

extension Network {
  /// A network of one layer over the input.
  static func single(_ layer: any Layer, input: Shape) throws -> Network {
    try chain([("layer", layer)], input: input)
  }

  /// Layers one behind the other.
  static func chain(_ layers: [(String, any Layer)], input: Shape) throws -> Network {
    var previous = "input"
    let nodes = layers.map { name, layer in
      defer { previous = name }
      return Node(name: name, layer: layer, inputs: [previous])
    }
    return try Network(name: "chain", inputShape: input, nodes: nodes, outputName: previous)
  }
}
