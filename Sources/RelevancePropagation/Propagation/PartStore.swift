internal import Compute
internal import KernelSources

/// What rules read of a network's layers, on the device: ρ(w), ρ(b), constant inputs, masks. Each is made when it is first
/// asked for, while the backward pass is prepared, and kept: nothing here depends on an image.
final class PartStore {
  private let network: DeviceNetwork
  private let nonNegative: Set<String>
  private let scratch: Buffer<Float>?
  private var views: [Int: (layer: any LinearLayer, parameters: DeviceParameters)] = [:]
  private var weights: [WeightKey: Buffer<Float>] = [:]
  private var biases: [BiasKey: Buffer<Float>] = [:]
  private var planes: [PlaneKey: Buffer<Float>] = [:]
  private var masks: [[Float]: Buffer<Float>] = [:]

  struct WeightKey: Hashable {
    let node: Int
    let weight: WeightPart
  }

  private struct BiasKey: Hashable {
    let node: Int
    let bias: BiasPart
  }

  private struct PlaneKey: Hashable {
    let shape: Shape
    let values: [Float]
  }

  /// - Parameter scratch: memory for kernels' intermediate values, large enough for every entry of a pass.
  init(_ network: DeviceNetwork, scratch: Buffer<Float>?) {
    self.network = network
    nonNegative = network.network.nonNegativeNodes
    self.scratch = scratch
  }

  /// The layer whose shares a node's rule divides, with its parameters as they are.
  func view(_ index: Int) throws -> (layer: any LinearLayer, parameters: DeviceParameters) {
    if let view = views[index] { return view }
    let node = network.network.nodes[index]
    guard let layer = RuleTable.linearView(of: node.layer) else { preconditionFailure("\(node.name) is not linear") }
    let parameters =
      node.layer is any LinearLayer
      ? network.parameters(of: node)
      : try DeviceNetwork.upload(layer, shapes: network.shapes(of: node), name: node.name, on: network.engine)
    views[index] = (layer, parameters)
    return (layer, parameters)
  }

  /// ρ(w) and ρ(b) of a node, made once and kept.
  func parameters(_ index: Int, weight: WeightPart, bias: BiasPart) throws -> DeviceParameters {
    var parameters = try view(index).parameters
    parameters.scratch = scratch
    if try view(index).layer.packsWeights(network.engine.choice) {
      parameters.part = weight
    } else if let original = parameters.weight {
      let key = WeightKey(node: index, weight: weight)
      let part = try weights[key] ?? weight.make(from: original, on: network.engine)
      weights[key] = part
      parameters.weight = part
    }
    if let original = parameters.bias {
      let key = BiasKey(node: index, bias: bias)
      let part = try biases[key] ?? bias.make(from: original, on: network.engine)
      if let part { biases[key] = part }
      parameters.bias = part
      if part == nil { parameters.biasMode = .none }
    }
    return parameters
  }

  /// Constant inputs of a node: one plane for the whole batch.
  func preparePlanes(_ index: Int, _ values: [Float]) throws {
    let node = network.network.nodes[index]
    for shape in network.shapes(of: node).inputs { _ = try plane(shape, values) }
  }

  private func plane(_ shape: Shape, _ values: [Float]) throws -> Buffer<Float> {
    let key = PlaneKey(shape: shape, values: values)
    if let plane = planes[key] { return plane }
    let perChannel = values.count == 1 ? [Float](repeating: values[0], count: shape[0]) : values
    precondition(perChannel.count == shape[0], "\(values.count) values for input \(shape)")
    let engine = network.engine
    let plane = try Buffer<Float>(count: shape.count, on: engine.queue, for: "constant input")
    try engine.launch(
      "fill_channels", grid: Grid(engine.vectors(shape.count)), Int32(shape[0]), Int32(shape.count),
      try Buffer(perChannel, on: engine.queue), plane)
    planes[key] = plane
    return plane
  }

  /// Activations of node `name` as a term reads them: whole, where their positive part is all there is of them.
  func operand(_ shape: Shape, _ name: String, _ part: ActivationPart) throws -> Operand {
    switch part {
    case .signed(let part):
      let isAll = part.isAll(neverNegative: nonNegative.contains(name))
      return Operand(
        buffer: network.activation(name), stride: shape.count, part: (isAll ? .all : part).onDevice)
    case .power(let power):
      return Operand(
        buffer: network.activation(name), stride: shape.count, part: SignPart(positive: 1, negative: 1, power: power))
    case .constant(let values):
      return Operand(buffer: try plane(shape, values), stride: 0, part: SignedPart.all.onDevice)
    }
  }

  /// A factor per channel.
  func mask(_ values: [Float]) throws -> Buffer<Float> {
    if let mask = masks[values] { return mask }
    let mask = try Buffer(values, on: network.engine.queue, for: "mask")
    masks[values] = mask
    return mask
  }
}
