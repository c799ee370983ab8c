/// Which layers an assignment of a composite means.
public indirect enum Selector: Sendable, CustomStringConvertible {
  case any
  /// Layers of these types, by their type names.
  case types([String])
  /// The first layer of these types in execution order.
  case first([String])
  /// Layers up to and including the pooling of this number (from 1), counting max and average pooling.
  case throughPooling(Int)
  /// Node names, `*` standing for any characters.
  case name(String)
  /// Both hold.
  case both(Selector, Selector)

  public var description: String {
    switch self {
    case .any: "any layer"
    case .types(let types): types.joined(separator: ", ")
    case .first(let types): "first \(types.joined(separator: " or "))"
    case .throughPooling(let number): "through pooling \(number)"
    case .name(let pattern): "name \(pattern)"
    case .both(let a, let b): "\(b), \(a)"
    }
  }

  /// Indices of the nodes it means.
  func indices(in network: Network) -> Set<Int> {
    let nodes = network.nodes
    switch self {
    case .any: return Set(nodes.indices)
    case .types(let types): return Set(nodes.indices.filter { types.contains(nodes[$0].layer.typeName) })
    case .first(let types):
      return Set(nodes.indices.filter { types.contains(nodes[$0].layer.typeName) }.prefix(1))
    case .throughPooling(let number):
      let poolings = network.poolingIndices
      guard number >= 1, let last = poolings.dropFirst(number - 1).first ?? poolings.last else { return [] }
      return Set(0...last)
    case .name(let pattern): return Set(nodes.indices.filter { Self.matches(nodes[$0].name, pattern) })
    case .both(let a, let b): return a.indices(in: network).intersection(b.indices(in: network))
    }
  }

  /// Whether `name` is `pattern` with every `*` replaced by some characters.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard pieces.count > 1 else { return name == pattern }
    guard name.hasPrefix(pieces[0]) else { return false }
    var rest = name.dropFirst(pieces[0].count)
    for piece in pieces[1..<(pieces.count - 1)] where !piece.isEmpty {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(pieces.last!) && rest.count >= pieces.last!.count
  }
}

extension Network {
  /// Nodes that pool over windows, in execution order.
  var poolingIndices: [Int] {
    nodes.indices.filter { nodes[$0].layer is MaxPooling || nodes[$0].layer is AveragePooling }
  }
}
