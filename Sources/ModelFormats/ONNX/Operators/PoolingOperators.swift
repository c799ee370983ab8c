import RelevancePropagation

extension OperatorTable {
  static let pooling: [String: Lowering] = [
    "MaxPool": { node, graph in
      let input = try graph.activation(node, allowingPadding: true)
      guard node.outputs.count < 2 || node.outputs[1].isEmpty else { throw node.unsupported("with the output Indices") }
      let ceilMode = try node.integer("ceil_mode", default: 0) != 0
      if input.pendingPadding != .zero {
        // Padding never wins here; zeros do not win either where nothing is negative.
        guard graph.layer(of: input) is ReLU, !ceilMode else {
          throw node.unsupported("after Pad, unless a Relu precedes it")
        }
      }
      return try graph.add(MaxPooling(window: try window(node, input, ceilMode)), node, [unpadded(input)])
    },
    "AveragePool": { node, graph in
      let input = try graph.activation(node, allowingPadding: true)
      let ceilMode = try node.integer("ceil_mode", default: 0) != 0
      var countsPadding = try node.integer("count_include_pad", default: 0) != 0
      let window = try window(node, input, ceilMode)
      if input.pendingPadding != .zero {
        guard countsPadding || window.padding == input.pendingPadding, !ceilMode else {
          throw node.unsupported("with padding of its own after Pad")
        }
        countsPadding = true
      }
      return try graph.add(AveragePooling(window: window, countsPadding: countsPadding), node, [unpadded(input)])
    },
    "GlobalAveragePool": { node, graph in
      try graph.add(AdaptiveAveragePooling.global, node, [graph.activation(node)])
    },
    "GlobalMaxPool": { node, graph in
      let input = try graph.activation(node)
      guard input.shape.rank == 3 else { throw node.unsupported("of \(input.shape)") }
      let window = PoolingWindow(kernel: Extent(input.shape[1], input.shape[2]))
      return try graph.add(MaxPooling(window: window), node, [input])
    },
    // The mean over rows and columns is the global average.
    "ReduceMean": { node, graph in
      let input = try graph.activation(node)
      let axes = try node.integers("axes") ?? graph.integers(node, 1) ?? []
      let rank = input.shape.rank + 1
      guard rank == 4, Set(axes.map { $0 < 0 && $0 >= -rank ? $0 + rank : $0 }) == [2, 3] else {
        throw node.unsupported("over axes \(axes)", remedy: "only the mean over rows and columns, axes [2, 3]")
      }
      let mean = try graph.add(AdaptiveAveragePooling.global, node, [input])
      guard try node.integer("keepdims", default: 1) == 0, case .activation(let activation) = mean else { return mean }
      return try graph.add(Reshape.flatten, node, [activation])
    },
  ]

  private static func window(_ node: NodeMessage, _ input: Activation, _ ceilMode: Bool) throws -> PoolingWindow {
    let window = try WindowAttributes(node, kernel: nil, input: input)
    return PoolingWindow(
      kernel: window.kernel, stride: window.stride, padding: window.padding + input.pendingPadding,
      dilation: window.dilation, ceilMode: ceilMode)
  }

  private static func unpadded(_ input: Activation) -> Activation { Activation(node: input.node, shape: input.shape) }
}
