/// Names for the nodes of a graph: PyTorch's, as far as the file still has them, so that `features.0` is called so
/// whether it came from a state dict or an export.
///
/// In order: the parameter's name without `.weight`; the module among the scopes torch.export writes; the module in
/// `/features/features.1/Relu` of the older exporter; the node's own name; its first output. A name is given once.
struct NodeNames {
  private var taken: Set<String>

  init(reserved: String) { taken = [reserved] }

  mutating func name(for node: NodeMessage) -> String {
    let candidates = [
      Self.parameterName(node), Self.scopeName(node), Self.pathName(node), node.name, node.outputs.first ?? "",
    ]
    for candidate in candidates where !candidate.isEmpty && taken.insert(candidate).inserted { return candidate }
    let base = candidates.first { !$0.isEmpty } ?? node.operation
    // `taken` holds at most one name a node, so this ends.
    var number = taken.count
    while !taken.insert("\(base)_\(number)").inserted { number += 1 }
    return "\(base)_\(number)"
  }

  private static func parameterName(_ node: NodeMessage) -> String {
    guard node.inputs.count > 1, node.inputs[1].hasSuffix(".weight") else { return "" }
    return String(node.inputs[1].dropLast(".weight".count))
  }

  /// The scope before the last of `['', 'features', 'features.0', 'conv2d']`.
  private static func scopeName(_ node: NodeMessage) -> String {
    let scopes = node.scopes.split(separator: "'", omittingEmptySubsequences: false)
    // Texts in quotes stand at odd places: "[", "", ", ", "features.0", ", ", "conv2d", "]".
    let texts = scopes.indices.filter { $0 % 2 == 1 }.map { String(scopes[$0]) }
    return texts.count >= 2 ? texts[texts.count - 2] : ""
  }

  /// `/layer2/layer2.0/downsample/downsample.0/Conv` stands for layer2.0.downsample.0: a child of a Sequential repeats
  /// its parent's name, an attribute does not.
  private static func pathName(_ node: NodeMessage) -> String {
    let parts = node.name.split(separator: "/")
    guard node.name.hasPrefix("/"), parts.count >= 2, parts.last == Substring(node.operation) else { return "" }
    var modules: [Substring] = []
    for part in parts.dropLast() {
      if let last = modules.last, part.hasPrefix(last + ".") { modules.removeLast() }
      modules.append(part)
    }
    return modules.joined(separator: ".")
  }
}
