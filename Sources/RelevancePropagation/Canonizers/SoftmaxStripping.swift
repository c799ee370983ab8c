/// Strips a softmax at the end: LRP explains the score before it.
public struct SoftmaxStripping: Canonizer {
  public static let name = "final softmax stripped"
  public init() {}

  public func canonize(_ network: Network) throws -> Network {
    var removed: [String: String] = [:]
    var name = network.outputName
    // Rearrangements behind the softmax stay: only the softmax itself is bypassed.
    while let node = network[name] {
      if node.layer is Softmax {
        // Alone it stays: the output must be a node.
        if node.name == network.outputName, network[node.inputs[0]] == nil { break }
        removed[node.name] = node.inputs[0]
        break
      }
      guard node.layer is any PassingLayer else { break }
      name = node.inputs[0]
    }
    return removed.isEmpty ? network : try network.bypassing(removed)
  }
}
