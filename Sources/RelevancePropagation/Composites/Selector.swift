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
  /// One of them holds.
  case anyOf([Selector])
  /// The first of what a selector means, in execution order; the last.
  case firstOf(Selector)
  case lastOf(Selector)
  /// From one node through another, both included, in execution order; nil: from the first, through the last.
  case band(from: Place?, through: Place?)

  /// A node by its index in execution order, from 0, or by its name.
  public enum Place: Sendable, Hashable, CustomStringConvertible {
    case index(Int)
    case name(String)
    public var description: String {
      switch self {
      case .index(let index): "node \(index)"
      case .name(let name): name
      }
    }
  }

  public var description: String {
    switch self {
    case .any: "any layer"
    case .types(let types): types.joined(separator: ", ")
    case .first(let types): "first \(types.joined(separator: " or "))"
    case .throughPooling(let number): "through pooling \(number)"
    case .name(let pattern): "name \(pattern)"
    case .both(let a, let b): "\(b), \(a)"
    case .anyOf(let all): all.map(\.description).joined(separator: " or ")
    case .firstOf(let selector): "first of \(selector)"
    case .lastOf(let selector): "last of \(selector)"
    case .band(let from, let through):
      "from \(from?.description ?? "the first") through \(through?.description ?? "the last")"
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
    case .anyOf(let all): return all.reduce(into: []) { $0.formUnion($1.indices(in: network)) }
    case .firstOf(let selector): return Set(selector.indices(in: network).sorted().prefix(1))
    case .lastOf(let selector): return Set(selector.indices(in: network).sorted().suffix(1))
    case .band(let from, let through):
      guard let first = from.map({ $0.index(in: network) }) ?? 0,
        let last = through.map({ $0.index(in: network) }) ?? nodes.count - 1, first <= last
      else { return [] }
      return Set(first...last)
    }
  }

  /// What it names that the network does not have.
  func problem(in network: Network) -> String? {
    switch self {
    case .any, .types, .first, .throughPooling: return nil
    case .name(let pattern):
      return indices(in: network).isEmpty ? "no layer is named \(pattern)" : nil
    case .both(let a, let b): return a.problem(in: network) ?? b.problem(in: network)
    case .anyOf(let all): return all.lazy.compactMap { $0.problem(in: network) }.first
    case .firstOf(let selector), .lastOf(let selector): return selector.problem(in: network)
    case .band(let from, let through):
      for place in [from, through].compactMap({ $0 }) where place.index(in: network) == nil {
        return "there is no \(place)\(network.nodes.isEmpty ? "" : " among the \(network.nodes.count) nodes")"
      }
      return indices(in: network).isEmpty ? "\(self) is empty" : nil
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

extension Selector.Place {
  fileprivate func index(in network: Network) -> Int? {
    switch self {
    case .index(let index): network.nodes.indices.contains(index) ? index : nil
    case .name(let name): network.nodes.firstIndex { $0.name == name }
    }
  }
}

extension Network {
  /// Nodes that pool over windows, in execution order.
  var poolingIndices: [Int] {
    nodes.indices.filter { nodes[$0].layer is MaxPooling || nodes[$0].layer is AveragePooling }
  }
}
