import RelevancePropagation

/// Exporters compute shapes inside the graph: Shape, Gather, Concat … of integers. All of it is known once the input
/// size is, and is worked out here; no node remains.
extension OperatorTable {
  static let integerFolding: [String: Lowering] = [
    "Constant": { node, graph in
      if let tensor = node.attributes["value"]?.tensor { return .constant(tensor) }
      if let integer = node.attributes["value_int"]?.integer { return .integers([integer]) }
      if let attribute = node.attributes["value_ints"] { return try folded(attribute.integers, node) }
      if let float = node.attributes["value_float"]?.float { return .constant(TensorMessage(float)) }
      throw node.unsupported("of this kind")
    },
    "Shape": { node, graph in
      let full: [Int]
      if case .constant(let tensor) = try graph.required(node, 0) {
        full = tensor.shape
      } else {
        full = [graph.batch] + (try graph.activation(node).shape.extents)
      }
      let start = clamp(try node.integer("start", default: 0), full.count)
      let end = clamp(try node.integer("end", default: full.count), full.count)
      return try folded(Array(full[min(start, end)..<end]), node)
    },
    // What unoptimised exports write for a bias of zeros: one number repeated, no shape known only at run time.
    "Expand": { node, graph in
      // A list of integers that stays as it is.
      if case .integers(let list) = try graph.required(node, 0), let shape = try graph.integers(node, 1),
        shape == [1] || shape == [list.count]
      {
        return .integers(list)
      }
      guard case .constant = try graph.required(node, 0), let shape = try graph.integers(node, 1),
        let scalar = try graph.scalar(node, 0)
      else { throw node.unsupported("of anything but one constant number") }
      guard let count = Shape.checkedCount(shape), count <= 1 << 20 else { throw node.unsupported("to \(shape)") }
      try graph.spend(8 * count, node)
      return .constant(TensorMessage(Float(scalar), shape: shape))
    },
    // A constant in the type of another value: all are read as float32 in the end.
    "CastLike": { node, graph in
      guard case .constant(let tensor) = try graph.required(node, 0), ElementType.onnx[tensor.dataType]?.isFloat == true
      else { throw node.unsupported("of anything but floating-point constants") }
      return .constant(tensor)
    },
    "Gather": { node, graph in
      let (numbers, indices) = (try constant(node, graph, 0), try constant(node, graph, 1))
      guard try node.integer("axis", default: 0) == 0 else { throw node.unsupported("along another axis than 0") }
      let picked = try indices.map { index in
        let position = index < 0 && index >= -numbers.count ? index + numbers.count : index
        guard numbers.indices.contains(position) else { throw node.unsupported("of index \(index)") }
        return numbers[position]
      }
      return .integers(picked)
    },
    "Slice": { node, graph in
      let numbers = try constant(node, graph, 0)
      let isOld = graph.opset < 10
      let starts = isOld ? try node.integers("starts") : try graph.integers(node, 1)
      let ends = isOld ? attribute(node, "ends") : try graph.integers(node, 2)
      let steps = isOld ? nil : try graph.integers(node, 4)
      guard let start = starts?.first, let end = ends?.first, starts?.count == 1, steps ?? [1] == [1] else {
        throw node.unsupported("of more than one axis, or with steps")
      }
      let (first, last) = (clamp(start, numbers.count), clamp(end, numbers.count))
      return try folded(Array(numbers[min(first, last)..<last]), node)
    },
  ]

  static func concatenateIntegers(_ node: NodeMessage, _ graph: inout GraphLowering) throws -> GraphValue {
    var numbers: [Int] = []
    for index in node.inputs.indices {
      numbers += try constant(node, graph, index)
      guard numbers.count <= TensorMessage.mostIntegers else { throw node.unsupported("of so many integers") }
    }
    return .integers(numbers)
  }

  /// Add, Sub, Mul, Div of shapes; Div rounds towards zero.
  static func calculateIntegers(_ node: NodeMessage, _ graph: inout GraphLowering) throws -> GraphValue {
    let (a, b) = (try constant(node, graph, 0), try constant(node, graph, 1))
    guard a.count == b.count || a.count == 1 || b.count == 1 else { throw node.unsupported("of \(a) and \(b)") }
    let numbers = try (0..<(a.isEmpty || b.isEmpty ? 0 : max(a.count, b.count))).map { index in
      let (x, y) = (a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
      let (result, overflow) =
        switch node.operation {
        case "Add": x.addingReportingOverflow(y)
        case "Sub": x.subtractingReportingOverflow(y)
        case "Mul": x.multipliedReportingOverflow(by: y)
        default: x.dividedReportingOverflow(by: y)
        }
      guard !overflow else { throw node.unsupported("of \(x) and \(y)") }
      return result
    }
    return .integers(numbers)
  }

  /// Reshape, Squeeze and Unsqueeze of integers. Only lists and single numbers are kept, no tables.
  static func reshapeIntegers(_ node: NodeMessage, _ graph: inout GraphLowering) throws -> GraphValue {
    let numbers = try constant(node, graph, 0)
    let staysList = try node.operation == "Reshape" ? (graph.integers(node, 1) ?? []).count < 2 : numbers.count == 1
    guard staysList else { throw node.unsupported("of \(numbers) to a table") }
    return .integers(numbers)
  }

  /// Constants of floats keep their type: all are read as float32 in the end.
  static func castConstant(_ node: NodeMessage, _ graph: inout GraphLowering) throws -> GraphValue {
    let isFloat = ElementType.onnx[try node.integer("to", default: 1)]?.isFloat == true
    let value = try graph.required(node, 0)
    if case .constant(let tensor) = value, ElementType.onnx[tensor.dataType]?.isFloat == true {
      guard isFloat else { throw node.unsupported("of floating-point constants to integers") }
      return value
    }
    guard !isFloat else { throw node.unsupported("of integers to floating-point numbers") }
    return .integers(try constant(node, graph, 0))
  }

  private static func constant(_ node: NodeMessage, _ graph: GraphLowering, _ index: Int) throws -> [Int] {
    guard let integers = try graph.integers(node, index) else { throw node.unsupported("without input \(index)") }
    if case .constant(let tensor)? = try graph.value(node, index), tensor.shape.count > 1 {
      throw node.unsupported("of a table of integers \(Shape(tensor.shape))")
    }
    return integers
  }

  private static func folded(_ numbers: [Int], _ node: NodeMessage) throws -> GraphValue {
    guard numbers.count <= TensorMessage.mostIntegers else { throw node.unsupported("of so many integers") }
    return .integers(numbers)
  }

  /// Slice ends are often the largest integer, meaning "to the end", so their range is not checked.
  private static func attribute(_ node: NodeMessage, _ name: String) -> [Int]? { node.attributes[name]?.integers }

  /// A position that may count from the end and lie outside, brought into 0 ... count.
  private static func clamp(_ position: Int, _ count: Int) -> Int {
    min(max(position < 0 ? position &+ count : position, 0), count)
  }
}
