import RelevancePropagation

extension OperatorTable {
  static let elementwise: [String: Lowering] = [
    "Relu": { node, graph in try graph.add(ReLU(), node, [graph.activation(node)]) },
    "Dropout": { node, graph in
      if let training = try graph.integers(node, 2)?.first, training != 0 {
        throw node.unsupported("in training mode")
      }
      return try graph.add(Dropout(), node, [graph.activation(node)])
    },
    "Identity": { node, graph in
      guard case .activation = try graph.required(node, 0) else { return try graph.required(node, 0) }
      return try graph.add(Identity(), node, [graph.activation(node)])
    },
    "Clip": { node, graph in
      let isOld = graph.opset < 11
      let low = isOld ? node.float("min", default: -.infinity) : try graph.scalar(node, 1) ?? -.infinity
      let high = isOld ? node.float("max", default: .infinity) : try graph.scalar(node, 2) ?? .infinity
      guard low == 0, high >= Double(Float16.greatestFiniteMagnitude) else {
        throw node.unsupported("to \(low) ... \(high)", remedy: "only to 0 and above, which is Relu")
      }
      return try graph.add(ReLU(), node, [graph.activation(node)])
    },
    "Add": { node, graph in
      try combine(node, &graph) {
        ChannelMap(shift: $0)
      } reversed: {
        ChannelMap(shift: $0)
      }
    },
    "Sub": { node, graph in
      try combine(node, &graph) {
        ChannelMap(shift: -$0)
      } reversed: {
        ChannelMap(factor: -1, shift: $0)
      }
    },
    "Mul": { node, graph in
      try combine(node, &graph) {
        ChannelMap(factor: $0)
      } reversed: {
        ChannelMap(factor: $0)
      }
    },
    "Div": { node, graph in
      try combine(node, &graph) {
        ChannelMap(factor: 1 / $0)
      } reversed: { _ in
        nil
      }
    },
    "Sum": { node, graph in
      let inputs = try node.inputs.indices.map { try graph.activation(node, $0) }
      return try graph.add(inputs.count == 1 ? Identity() : Addition(), node, inputs)
    },
    "Concat": { node, graph in
      let values = try node.inputs.indices.map { try graph.required(node, $0) }
      guard values.contains(where: { if case .activation = $0 { true } else { false } }) else {
        return try concatenateIntegers(node, &graph)
      }
      let inputs = try node.inputs.indices.map { try graph.activation(node, $0) }
      let axis = try node.integer("axis", default: 1)
      guard axis == 1 || axis + inputs[0].shape.rank + 1 == 1 else {
        throw node.unsupported("along axis \(axis)", remedy: "only along the channels, axis 1")
      }
      return try graph.add(Concatenation(), node, inputs)
    },
  ]

  /// What a constant does to a channel: x ↦ factor·x + shift.
  private struct ChannelMap {
    var factor = 1.0
    var shift = 0.0
  }

  /// Add, Sub, Mul or Div: of two activations (Add alone), of an activation and a constant per channel, or of shapes.
  private static func combine(
    _ node: NodeMessage, _ graph: inout GraphLowering, _ map: (Double) -> ChannelMap?,
    reversed: (Double) -> ChannelMap?
  ) throws -> GraphValue {
    let (first, second) = (try graph.required(node, 0), try graph.required(node, 1))
    switch (first, second) {
    case (.activation, .activation):
      guard node.operation == "Add" else { throw node.unsupported("of two computed images") }
      return try graph.add(Addition(), node, [graph.activation(node, 0), graph.activation(node, 1)])
    case (.activation, _): return try apply(node, &graph, activation: 0, constant: 1, map)
    case (_, .activation): return try apply(node, &graph, activation: 1, constant: 0, reversed)
    default: return try calculateIntegers(node, &graph)
    }
  }

  /// A shift right after a convolution or dense layer joins its bias; any other map is a batch norm with mean 0 and
  /// variance 1, which canonizers fold.
  private static func apply(
    _ node: NodeMessage, _ graph: inout GraphLowering, activation: Int, constant: Int, _ map: (Double) -> ChannelMap?
  ) throws -> GraphValue {
    let input = try graph.activation(node, activation)
    let maps = try perChannel(node, &graph, constant, input.shape).map { number in
      guard let map = map(Double(number)), map.factor.isFinite, map.shift.isFinite else {
        throw node.unsupported("of the constant \(number)")
      }
      return map
    }
    let shifts = Tensor(shape: [maps.count], scalars: maps.map { Float($0.shift) })
    if maps.allSatisfy({ $0.factor == 1 }), graph.isOnlyReader(node, activation),
      let layer = shifted(graph.layer(of: input), by: shifts)
    {
      graph.replaceLayer(of: input, by: layer)
      return .activation(input)
    }
    let ones = Tensor(repeating: 1, shape: [maps.count])
    return try graph.add(
      BatchNormalization(
        scale: Tensor(shape: [maps.count], scalars: maps.map { Float($0.factor) }), shift: shifts,
        mean: Tensor(repeating: 0, shape: [maps.count]), variance: ones, epsilon: 0),
      node, [input])
  }

  private static func shifted(_ layer: (any Layer)?, by shifts: Tensor) -> (any Layer)? {
    func sum(_ bias: Tensor?) -> Tensor {
      guard let bias else { return shifts }
      return Tensor(shape: bias.shape, scalars: zip(bias.scalars, shifts.scalars).map { $0 + $1 })
    }
    switch layer {
    case var dense as Dense:
      dense.bias = sum(dense.bias)
      return dense
    case var convolution as Convolution:
      convolution.bias = sum(convolution.bias)
      return convolution
    default: return nil
    }
  }

  /// A constant that broadcasts along the channels, `[C, 1, 1]`, `[1, C, 1, 1]`, `[C]` after a dense layer, or one number.
  private static func perChannel(_ node: NodeMessage, _ graph: inout GraphLowering, _ index: Int, _ shape: Shape) throws
    -> [Float]
  {
    guard let constant = try graph.weights(node, index) else { throw node.unsupported("without a constant") }
    let channels = shape[0]
    try graph.spend(32 * channels, node)
    if constant.count == 1, constant.shape.rank <= shape.rank + 1 {
      return Array(repeating: constant.scalars[0], count: channels)
    }
    let missing = shape.rank + 1 - constant.shape.rank
    let extents = Array(repeating: 1, count: max(0, missing)) + constant.shape.extents
    guard missing >= 0, extents[1] == channels, constant.count == channels else {
      throw node.unsupported(
        "of \([1] + shape.extents) and a constant \(constant.shape)", remedy: "one number a channel is")
    }
    return constant.scalars
  }
}
