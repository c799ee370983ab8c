import RelevancePropagation

extension OperatorTable {
  static let normalization: [String: Lowering] = [
    "BatchNormalization": { node, graph in
      let input = try graph.activation(node)
      guard try node.integer("training_mode", default: 0) == 0 else {
        throw node.unsupported("in training mode", remedy: "export the network after model.eval()")
      }
      guard try node.integer("spatial", default: 1) == 1 else { throw node.unsupported("with spatial = 0") }
      let parameters = try (1...4).map { index in
        guard let tensor = try graph.weights(node, index) else {
          throw ModelFileError(at: node.title, "BatchNormalization lacks input \(index)")
        }
        return tensor
      }
      let epsilon = try node.finite("epsilon", default: 1e-5)
      guard parameters[3].withScalars({ $0.allSatisfy { Double($0) + epsilon > 0 } }) else {
        throw ModelFileError(at: node.inputs[4], "a variance is not positive", remedy: "is the file damaged?")
      }
      return try graph.add(
        BatchNormalization(
          scale: parameters[0], shift: parameters[1], mean: parameters[2], variance: parameters[3],
          epsilon: epsilon),
        node, [input])
    },
    "LRN": { node, graph in
      try graph.add(
        LocalResponseNormalization(
          size: try node.integer("size", default: 0), alpha: try node.finite("alpha", default: 1e-4),
          beta: try node.finite("beta", default: 0.75), k: try node.finite("bias", default: 1)),
        node, [graph.activation(node)])
    },
    "Softmax": { node, graph in
      let input = try graph.activation(node)
      try requireScores(node, graph.opset, input.shape)
      return try graph.add(Softmax(), node, [input])
    },
    "LogSoftmax": { node, graph in
      let input = try graph.activation(node)
      try requireScores(node, graph.opset, input.shape)
      guard graph.isGraphOutput(node) else { throw node.unsupported("before the output") }
      graph.note("the final LogSoftmax is kept as Softmax: both are taken off to explain the logit")
      return try graph.add(Softmax(), node, [input])
    },
  ]

  /// Softmax here runs over all scores of an image. Before opset 13 it ran over all axes from `axis` on.
  private static func requireScores(_ node: NodeMessage, _ opset: Int, _ shape: Shape) throws {
    let rank = shape.rank + 1
    let axis = try node.integer("axis", default: opset < 13 ? 1 : -1)
    guard axis == 1 || axis + rank == 1 else {
      throw node.unsupported("over axis \(axis) of \(rank)", remedy: "only over the classes, axis 1")
    }
  }
}
