/// ONNX operators and what they become: a layer, a change of the layer before, or numbers known now.
/// A new operator is one function and one line of its table.
enum OperatorTable {
  typealias Lowering = @Sendable (_ node: NodeMessage, _ graph: inout GraphLowering) throws -> GraphValue

  static let all: [String: Lowering] = [
    convolution, dense, pooling, normalization, elementwise, shapes, integerFolding,
  ].reduce(into: [:]) { all, table in all.merge(table) { first, _ in first } }

  /// Checks all nodes before any is read: one message for the whole file.
  /// - Throws: `ModelFileError` naming every operator that is missing, a node of each, and what is supported.
  static func requireSupport(_ nodes: [NodeMessage]) throws {
    var missing: [String: NodeMessage] = [:]
    for node in nodes where lowering(of: node) == nil && missing[name(of: node)] == nil {
      missing[name(of: node)] = node
    }
    guard !missing.isEmpty else { return }
    let list = missing.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.title))" }
    throw ModelFileError(
      "operator\(list.count == 1 ? "" : "s") not supported: \(list.joined(separator: ", "))",
      remedy: "supported: \(all.keys.sorted().joined(separator: ", "))")
  }

  /// The function for a node's operator, or nil.
  static func lowering(of node: NodeMessage) -> Lowering? {
    node.domain.isEmpty || node.domain == "ai.onnx" ? all[node.operation] : nil
  }

  private static func name(of node: NodeMessage) -> String {
    (node.domain.isEmpty || node.domain == "ai.onnx" ? "" : node.domain + ".") + node.operation
  }
}

extension NodeMessage {
  /// Attributes beyond this are damage, and could overflow a shape.
  private static let largest = 1 << 20

  func integer(_ name: String, default value: Int) throws -> Int {
    let integer = attributes[name]?.integer ?? value
    guard abs(integer.clamped) <= Self.largest else { throw outOfRange(name, integer) }
    return integer
  }

  /// Integers of an attribute; nil where it is absent.
  func integers(_ name: String) throws -> [Int]? {
    guard let integers = attributes[name]?.integers, attributes[name] != nil else { return nil }
    for integer in integers where abs(integer.clamped) > Self.largest { throw outOfRange(name, integer) }
    return integers
  }

  func float(_ name: String, default value: Double) -> Double { attributes[name]?.float.map(Double.init) ?? value }

  /// A float that is not NaN or infinite.
  func finite(_ name: String, default value: Double) throws -> Double {
    let value = float(name, default: value)
    guard value.isFinite else { throw ModelFileError(at: title, "\(name) is \(value)", remedy: "is the file damaged?") }
    return value
  }

  func text(_ name: String, default value: String) -> String { attributes[name]?.text ?? value }

  private func outOfRange(_ name: String, _ value: Int) -> ModelFileError {
    ModelFileError(at: title, "\(name) \(value) is out of range", remedy: "is the file damaged?")
  }

  /// What a lowering throws when a setting has no counterpart here.
  func unsupported(_ what: String, remedy: String = "") -> ModelFileError {
    ModelFileError(at: title, "\(operation) \(what) is not supported", remedy: remedy)
  }
}

extension Int {
  /// Itself, but the least integer has no absolute value.
  fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
