import RelevancePropagation

extension OperatorTable {
  static let dense: [String: Lowering] = [
    // Y = α·A·B + β·C
    "Gemm": { node, graph in
      let input = try graph.activation(node)
      guard try node.integer("transA", default: 0) == 0 else { throw node.unsupported("with transA") }
      var weight = try matrix(node, &graph, isTransposed: try node.integer("transB", default: 0) == 1)
      let (alpha, beta) = (try node.finite("alpha", default: 1), try node.finite("beta", default: 1))
      if alpha != 1 { weight = try scaled(weight, by: alpha, node, &graph) }
      var bias = try graph.weights(node, 2)
      if let given = bias {
        let count = weight.shape[0]
        guard given.count == count || given.count == 1, given.shape.extents.last.map({ $0 == given.count }) ?? true
        else {
          throw ModelFileError(at: node.title, "expected C of Gemm to be [\(count)], found \(given.shape)")
        }
        let scalars = given.scalars.map { Float(Double($0) * beta) }
        try graph.spend(4 * count, node)
        bias = Tensor(
          shape: [count], scalars: given.count == count ? scalars : Array(repeating: scalars[0], count: count))
      }
      return try graph.add(Dense(weight: weight, bias: bias), node, [input])
    },
    "MatMul": { node, graph in
      let input = try graph.activation(node)
      return try graph.add(
        Dense(weight: try matrix(node, &graph, isTransposed: false), bias: nil), node, [input])
    },
  ]

  /// Input 1 as `[K, F]`; ONNX keeps `[F, K]` unless `isTransposed`.
  private static func matrix(_ node: NodeMessage, _ graph: inout GraphLowering, isTransposed: Bool) throws -> Tensor {
    guard let weight = try graph.weights(node, 1), weight.shape.rank == 2 else {
      throw node.unsupported("without a constant matrix")
    }
    guard !isTransposed else { return weight }
    try graph.spend(4 * weight.count, node)
    let (inputs, outputs) = (weight.shape[0], weight.shape[1])
    let scalars = weight.withScalars { source in
      [Float](unsafeUninitializedCapacity: source.count) { target, initialized in
        for output in 0..<outputs {
          for input in 0..<inputs { target[output * inputs + input] = source[input * outputs + output] }
        }
        initialized = source.count
      }
    }
    return Tensor(shape: [outputs, inputs], scalars: scalars)
  }

  private static func scaled(_ tensor: Tensor, by factor: Double, _ node: NodeMessage, _ graph: inout GraphLowering)
    throws -> Tensor
  {
    try graph.spend(4 * tensor.count, node)
    return try Tensor(shape: tensor.shape, scalars: tensor.scalars.map { Float(Double($0) * factor) })
      .requireFinite(node.title)
  }
}
