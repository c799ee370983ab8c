/// The activations of one forward pass, on the device.
public struct Trace {
  public let network: DeviceNetwork
  /// Number of images.
  public let count: Int
  let generation: Int

  /// The network's scores, `[N, K]` (or `[N, K, 1, 1]` for a fully convolutional network): all that comes down.
  public func scores() throws -> Tensor { try activation(of: network.network.outputName) }

  /// The output of one node, `[N, …]`.
  /// - Precondition: the node exists, and no later forward pass has overwritten the trace.
  public func activation(of name: String) throws -> Tensor {
    requireCurrent()
    guard let shape = network.network.shapes[name] else { preconditionFailure("no node \(name)") }
    return try network.engine.queue.read(network.activation(name), entries: count, of: shape)
  }

  func requireCurrent() {
    precondition(generation == network.generation, "a later forward pass has overwritten this trace")
  }
}
