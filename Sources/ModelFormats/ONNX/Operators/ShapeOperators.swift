import RelevancePropagation

extension OperatorTable {
  static let shapes: [String: Lowering] = [
    "Flatten": { node, graph in
      let input = try graph.activation(node)
      let axis = try node.integer("axis", default: 1)
      guard axis == 1 || axis + input.shape.rank + 1 == 1 else { throw node.unsupported("from axis \(axis)") }
      return try graph.add(Reshape.flatten, node, [input])
    },
    "Reshape": { node, graph in
      guard case .activation = try graph.required(node, 0) else { return try reshapeIntegers(node, &graph) }
      let input = try graph.activation(node)
      guard let target = try graph.integers(node, 1) else {
        throw ModelFileError(at: node.title, "Reshape lacks a shape")
      }
      let full = [graph.batch] + input.shape.extents
      let allowsZero = try node.integer("allowzero", default: 0) == 1
      return try reshape(node, &graph, input, try resolved(target, from: full, allowsZero: allowsZero, node))
    },
    "Squeeze": { node, graph in
      guard case .activation = try graph.required(node, 0) else { return try reshapeIntegers(node, &graph) }
      let input = try graph.activation(node)
      var full: [Int?] = [graph.batch] + input.shape.extents
      let given = try node.integers("axes") ?? graph.integers(node, 1)
      for axis in given ?? full.indices.filter({ full[$0] == 1 && $0 > 0 }) {
        let index = axis < 0 && axis >= -full.count ? axis + full.count : axis
        guard full.indices.contains(index), full[index] == 1 else { throw node.unsupported("of axis \(axis)") }
        full[index] = nil
      }
      return try reshape(node, &graph, input, full.compactMap { $0 })
    },
    "Unsqueeze": { node, graph in
      guard case .activation = try graph.required(node, 0) else { return try reshapeIntegers(node, &graph) }
      let input = try graph.activation(node)
      var full = [graph.batch] + input.shape.extents
      let axes = try node.integers("axes") ?? graph.integers(node, 1) ?? []
      guard axes.count <= 8 else { throw node.unsupported("of \(axes.count) axes") }
      let rank = full.count + axes.count
      for axis in axes.map({ $0 < 0 && $0 >= -rank ? $0 + rank : $0 }).sorted() {
        guard (0...full.count).contains(axis) else { throw node.unsupported("of axis \(axis)") }
        full.insert(1, at: axis)
      }
      return try reshape(node, &graph, input, full)
    },
    // Between floating-point types; the network is float32 throughout.
    "Cast": { node, graph in
      guard case .activation = try graph.required(node, 0) else { return try castConstant(node, &graph) }
      let type = try node.integer("to", default: 1)
      guard ElementType.onnx[type]?.isFloat == true else { throw node.unsupported("of an image to type \(type)") }
      return try graph.add(Identity(), node, [graph.activation(node)])
    },
  ]

  /// ONNX's rules for a target shape: 0 keeps the extent, −1 takes what is left.
  private static func resolved(_ target: [Int], from full: [Int], allowsZero: Bool, _ node: NodeMessage) throws -> [Int]
  {
    var extents = target
    for (axis, extent) in target.enumerated() where extent == 0 && !allowsZero {
      guard full.indices.contains(axis) else { throw node.unsupported("to \(target)") }
      extents[axis] = full[axis]
    }
    let total = Shape.checkedCount(full) ?? 0
    let open = extents.indices.filter { extents[$0] == -1 }
    guard open.count <= 1, let known = Shape.checkedCount(extents.filter { $0 != -1 }), known > 0 else {
      throw node.unsupported("to \(target)")
    }
    if let axis = open.first { extents[axis] = total / known }
    guard Shape.checkedCount(extents) == total else {
      throw ModelFileError(
        at: node.title, "cannot reshape \(full) to \(target)", remedy: "does the image have the size of the export?")
    }
    return extents
  }

  /// Reshapes without the batch axis, which must stay in front.
  private static func reshape(_ node: NodeMessage, _ graph: inout GraphLowering, _ input: Activation, _ full: [Int])
    throws
    -> GraphValue
  {
    guard full.first == graph.batch, full.count >= 2 else {
      throw node.unsupported("to \(full): the batch axis must stay in front")
    }
    let extents = Array(full.dropFirst())
    return try graph.add(extents.count == 1 ? Reshape.flatten : Reshape(shape: Shape(extents)), node, [input])
  }
}
