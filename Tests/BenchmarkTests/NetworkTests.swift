import BenchmarkNetworks
import RelevancePropagation
import Testing

/// The layers the benchmarks name are VGG-16's.
@Suite struct NetworkTests {
  @Test("VGG-16 has 13 convolutions and 3 dense layers, 138 million weights and 30.9 GFLOP")
  func published() {
    let layers = VGG16.published.layers
    #expect(layers.count { if case .convolution = $0.kind { true } else { false } } == 13)
    #expect(layers.count { $0.kind == .dense } == 3)
    // The published 138 357 544 parameters less the biases: 4224 of the convolutions, 4096 + 4096 + 1000.
    #expect(layers.reduce(0) { $0 + $1.weightCount } == 138_357_544 - 4224 - 9192)
    #expect(abs(Double(VGG16.published.weighted.reduce(0) { $0 + $1.flop }) - 30.9e9) < 0.1e9)
    #expect(layers.first { $0.name == "conv3_1" }?.description == "conv3_1 [128, 56, 56] → [256, 56, 56]")
    #expect(layers.first { $0.name == "fc6" }?.inputShape == [25088])
  }

  @Test("the random network has the shapes its layers name", arguments: [VGG16.tiny, VGG16(side: 64, narrowing: 64)])
  func shapes(_ vgg: VGG16) throws {
    let network = try RandomNetworks.vgg16(vgg)
    for layer in vgg.layers { #expect(network.shapes[layer.name] == layer.outputShape, "\(layer)") }
    #expect(network.outputShape == [vgg.classes])
    // Rectifiers behind all layers with weights but the last.
    #expect(network.nodes.count { $0.layer is ReLU } == 15)
    let again = try RandomNetworks.vgg16(vgg)
    for name in ["conv2_1", "fc8"] {
      #expect(again[name]?.layer.parameters.map(\.tensor) == network[name]?.layer.parameters.map(\.tensor))
    }
  }

  @Test("weights have He's variance, and no bias is zero")
  func weights() throws {
    let shape = LayerShape("layer", .convolution(filter: 3), inputs: 16, outputs: 32, height: 4, width: 4)
    let layer = try #require(RandomNetworks.single(shape)["layer"]?.layer as? Convolution)
    let variance = layer.weight.scalars.reduce(0) { $0 + Double($1) * Double($1) } / Double(layer.weight.count)
    #expect(abs(variance * Double(16 * 9) / 2 - 1) < 0.1)
    #expect(try #require(layer.bias).scalars.allSatisfy { $0 != 0 && abs($0) <= 0.1 })
  }
}
