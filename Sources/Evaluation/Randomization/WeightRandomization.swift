import RelevancePropagation

/// Networks whose layers have lost what they learned: an explanation that does not change with them explains the image, not the
/// network.
///
/// A layer's weights and its bias are drawn anew from normal distributions with their own means and deviations, so that
/// activations keep their size.
///
/// - cascading: the last layer, then also the one before, and so on to the first
/// - independent: one layer alone, the others as they were
///
/// Source: Adebayo et al. 2018 (model parameter randomisation); the explanations are compared by rank correlation
/// (`RankCorrelation`), signed or of |R|. Trap: peers initialise layers as their framework does before training, which changes
/// the size of activations and of relevance too.
public struct WeightRandomization: Sendable, Hashable {
  public enum Mode: String, Sendable, CaseIterable, Codable { case cascading, independent }

  public let mode: Mode
  public let seed: UInt64

  public init(_ mode: Mode, seed: UInt64 = 1) { (self.mode, self.seed) = (mode, seed) }

  /// Names of the layers that have weights, from the output to the input: the order of the randomised networks.
  public static func layers(of network: Network) -> [String] {
    network.nodes.reversed().filter { $0.layer is Convolution || $0.layer is Dense }.map(\.name)
  }

  /// The network with the layers of step `index` of `layers(of:)` randomised.
  ///
  /// - Parameter network: after the canonizers, so that no learned numbers lie in other layers.
  /// - Throws: `NetworkError`.
  public func network(_ network: Network, step index: Int) throws -> Network {
    let layers = Self.layers(of: network)
    precondition(layers.indices.contains(index), "layer \(index) of \(layers.count)")
    let chosen = Set(mode == .cascading ? layers[...index] : layers[index...index])
    let nodes = network.nodes.enumerated().map { place, node in
      guard chosen.contains(node.name) else { return node }
      var (node, numbers) = (node, NormalNumbers(seed: seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15))
      switch node.layer {
      case var layer as Convolution:
        layer.weight = Self.drawn(like: layer.weight, &numbers)
        layer.bias = layer.bias.map { Self.drawn(like: $0, &numbers) }
        node.layer = layer
      case var layer as Dense:
        layer.weight = Self.drawn(like: layer.weight, &numbers)
        layer.bias = layer.bias.map { Self.drawn(like: $0, &numbers) }
        node.layer = layer
      default: preconditionFailure("\(node.name) has no weights")
      }
      return node
    }
    return try network.replacing(nodes: nodes)
  }

  private static func drawn(like tensor: Tensor, _ numbers: inout NormalNumbers) -> Tensor {
    let count = Double(tensor.count)
    let scalars = tensor.scalars
    let mean = scalars.reduce(0.0) { $0 + Double($1) } / count
    let deviation = (scalars.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
    return Tensor(shape: tensor.shape, scalars: scalars.map { _ in Float(mean + deviation * numbers.next()) })
  }
}
