/// Drops what does nothing at inference: dropout, identity, and averages over cells of one pixel.
public struct IdentityDropping: Canonizer {
  public static let name = "dropout and identity dropped"
  public init() {}

  public func canonize(_ network: Network) throws -> Network {
    var removed: [String: String] = [:]
    for node in network.nodes where isIdentity(node, in: network) { removed[node.name] = node.inputs[0] }
    // A network that is nothing but identities keeps its last node: the output must be one.
    var source = network.outputName
    while let next = removed[source] { source = next }
    if source == network.inputName { removed[network.outputName] = nil }
    return removed.isEmpty ? network : try network.bypassing(removed)
  }

  private func isIdentity(_ node: Network.Node, in network: Network) -> Bool {
    switch node.layer {
    case is Dropout, is Identity: true
    case is AdaptiveAveragePooling: network.shapes[node.name] == network.shapes[node.inputs[0]]
    default: false
    }
  }
}
