package import Compute

/// Forward passes of images of which a small window has changed since the pass before: only what it can reach is computed.
///
/// A convolution sees a few pixels, so that the first layers of a network, which cost most, give the same numbers nearly
/// everywhere. At each layer the window that a change can reach is cut out with what the layer reads around it, the layer's
/// own kernels compute it as a small image, and the result is put back into the activations of the whole image. From where a
/// window would be most of the image, or a layer is none of those below, layers run as ever.
///
/// Activations are those of the network, which is to be made with `scoresOnly`; after `network.forward(count:)` every
/// `update` leads from one image's numbers to those of the changed one. Numbers differ from a whole pass by rounding, because
/// tiles of convolutions lie elsewhere; they do not depend on the batch.
package final class LocalForward {
  package let network: DeviceNetwork
  private let steps: [Step]

  private enum Step {
    case window(WindowedNode)
    case whole(Network.Node)
  }

  /// Largest share of a layer's output that is computed as a window: two copies cost less than the rest saves.
  private static let largestShare = 0.6

  /// - Parameter edge: rows and columns of a unit of the input, of which one changes at a time; units lie side by side from
  ///   the upper left corner.
  /// - Returns: nil where no layer would be spared anything.
  /// - Throws: `ComputeError`.
  package init?(_ network: DeviceNetwork, edge: Int) throws {
    self.network = network
    let graph = network.network
    precondition(
      network.rectifiers.keys.allSatisfy(network.isRectifiedInPlace), "a network that keeps what rectifiers read")
    guard graph.inputShape.rank == 3 else { return nil }
    var reaches = [
      graph.inputName: Reach(
        rows: AxisReach(input: graph.inputShape[1], length: edge),
        columns: AxisReach(input: graph.inputShape[2], length: edge))
    ]
    var steps: [Step] = []
    let fused = Set(network.rectifiers.values)
    for node in graph.nodes where !fused.contains(node.name) {
      guard let inputs = node.inputs.map({ reaches[$0] }) as? [Reach], let local = LocalLayer(node, in: network),
        case let reach = local.reach(inputs, output: graph.shapes[node.name]!),
        reach.share(of: graph.shapes[node.name]!) <= Self.largestShare
      else {
        steps.append(.whole(node))
        continue
      }
      for name in [node.name, network.rectifiers[node.name]].compactMap(\.self) { reaches[name] = reach }
      guard !graph.sharesInput(node) else { continue }
      steps.append(.window(try WindowedNode(node, local, reach, in: network)))
    }
    guard steps.contains(where: { if case .window = $0 { true } else { false } }) else { return nil }
    self.steps = steps
  }

  /// Layers that are computed as windows.
  package var windowedLayers: [String] {
    steps.compactMap { if case .window(let node) = $0 { node.name } else { nil } }
  }

  /// Computes the network anew for the first `count` images of its input, whose windows have changed.
  ///
  /// - Parameter units: `[count, 2]`, row and column of the unit of each image that has changed, counted in units.
  package func update(count: Int, units: Buffer<Int32>) throws -> Trace {
    try network.pass(count: count) {
      for step in steps {
        switch step {
        case .whole(let node): try network.run(node, images: count)
        case .window(let node): try node.run(count, units: units, in: network)
        }
      }
    }
  }
}
