/// Rewrites a network into an equal one that rules can treat.
public protocol Canonizer: Sendable {
  /// What it does, in a few words, for reports.
  static var name: String { get }
  /// - Throws: `NetworkError` where the result would not be a network.
  func canonize(_ network: Network) throws -> Network
}

/// The canonizers every explanation uses, in order.
public enum Canonizers {
  public static let standard: [any Canonizer] = [SoftmaxStripping(), IdentityDropping(), BatchNormFolding()]
}

extension Network {
  /// The network after all standard canonizers.
  public func canonized(by canonizers: [any Canonizer] = Canonizers.standard) throws -> Network {
    try canonizers.reduce(self) { try $1.canonize($0) }
  }

  /// The network without `removed`: their readers read `replacement` instead, and their names refer to it.
  func bypassing(_ removed: [String: String]) throws -> Network {
    func survivor(_ name: String) -> String {
      var name = name
      while let next = removed[name] { name = next }
      return name
    }
    let kept = nodes.filter { removed[$0.name] == nil }.map { node in
      Node(name: node.name, layer: node.layer, inputs: node.inputs.map(survivor))
    }
    return try replacing(nodes: kept, outputName: survivor(outputName)).adding(
      aliases: removed.mapValues { survivor($0) })
  }
}
