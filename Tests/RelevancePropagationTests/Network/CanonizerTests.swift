import TestDevices
import Testing

@testable import RelevancePropagation

/// A canonized network is an equal one.
@Suite struct CanonizerTests {
  private static let seed: UInt64 = 90

  /// Forward of the network as it is and folded, to float rounding.
  private func expectEqual(
    _ network: Network, norms kept: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folded = try network.canonized()
    #expect(
      folded.nodes.count { $0.layer is BatchNormalization } == kept, "norms left", sourceLocation: sourceLocation)
    var random = SplitMix64(seed: Self.seed)
    let shape = Shape([2] + network.inputShape.extents)
    let images = Tensor(shape: shape, scalars: random.units(shape.count))
    let engine = TestDevice.engine
    let found = try DeviceNetwork(folded, on: engine, batch: 2).forward(images).scores()
    for n in 0..<2 {
      expectClose(
        found[n].scalars, TwinNetwork(network, image: images[n].scalars).activations[network.outputName]!,
        tolerance: 2e-6,
        Origin(what: "folded \(network.name)", shape: found.shape, seed: Self.seed, filter: "CanonizerTests"),
        sourceLocation: sourceLocation)
    }
  }

  @Test("batch norm behind a convolution: any padding, stride, groups, with and without bias")
  func behindConvolution() throws {
    var random = SplitMix64(seed: 1)
    for bias in [true, false] {
      var layer = LayerCase.convolution(
        &random, [6, 2, 3, 3], stride: Extent(2, 1), padding: Padding(top: 2, left: 0, bottom: 1, right: 1), groups: 2)
      if !bias { layer.bias = nil }
      try expectEqual(.chain([("conv", layer), ("norm", LayerCase.norm(&random, 6))], input: [4, 5, 6]))
    }
  }

  @Test("batch norm before a padded convolution: a bias per position, exact at the borders")
  func beforeConvolution() throws {
    var random = SplitMix64(seed: 2)
    let layers = [
      LayerCase.convolution(&random, [4, 3, 3, 3], padding: Padding(1, 1)),
      LayerCase.convolution(
        &random, [2, 3, 3, 2], stride: Extent(2), padding: Padding(top: 0, left: 1, bottom: 2, right: 0),
        dilation: Extent(2, 1)),
      LayerCase.convolution(&random, [6, 1, 3, 3], padding: Padding(1, 2), groups: 3),
      LayerCase.convolution(&random, [4, 3, 2, 2]),
    ]
    for layer in layers {
      let network = try Network.chain([("norm", LayerCase.norm(&random, 3)), ("conv", layer)], input: [3, 6, 5])
      try expectEqual(network)
      let folded = try network.canonized()
      let bias = (folded["conv"]!.layer as! Convolution).bias!
      #expect(bias.shape == (layer.padding == .zero ? [4] : folded.outputShape))
    }
  }

  @Test("batch norm on both sides of a convolution, and of a dense layer")
  func bothSides() throws {
    var random = SplitMix64(seed: 3)
    let convolution = LayerCase.convolution(&random, [4, 3, 3, 3], padding: Padding(1, 1))
    try expectEqual(
      .chain(
        [("before", LayerCase.norm(&random, 3)), ("conv", convolution), ("behind", LayerCase.norm(&random, 4))],
        input: [3, 4, 5]))
    let dense = LayerCase.dense(&random, 4, 7)
    try expectEqual(
      .chain(
        [("before", LayerCase.norm(&random, 7)), ("dense", dense), ("behind", LayerCase.norm(&random, 4))], input: [7]))
  }

  @Test("a norm with several readers or no linear neighbour stays, and is equal as it is")
  func stays() throws {
    var random = SplitMix64(seed: 4)
    let shared = try Network(
      name: "shared", inputShape: [3, 4, 4],
      nodes: [
        .init(name: "norm", layer: LayerCase.norm(&random, 3), inputs: ["input"]),
        .init(name: "conv", layer: LayerCase.convolution(&random, [3, 3, 1, 1]), inputs: ["norm"]),
        .init(name: "sum", layer: Addition(), inputs: ["conv", "norm"]),
      ], outputName: "sum")
    try expectEqual(shared, norms: 1)
    try expectEqual(.chain([("relu", ReLU()), ("norm", LayerCase.norm(&random, 3))], input: [3, 2, 2]), norms: 1)
    // The convolution's own output is read as well: it must stay what it is.
    let tapped = try Network(
      name: "tapped", inputShape: [3, 4, 4],
      nodes: [
        .init(name: "conv", layer: LayerCase.convolution(&random, [3, 3, 1, 1]), inputs: ["input"]),
        .init(name: "norm", layer: LayerCase.norm(&random, 3), inputs: ["conv"]),
        .init(name: "sum", layer: Addition(), inputs: ["norm", "conv"]),
      ], outputName: "sum")
    try expectEqual(tapped, norms: 1)
  }

  @Test("dropout, identity and averages over single pixels are dropped; names resolve to what stands for them")
  func dropped() throws {
    let network = try Network.chain(
      [
        ("relu", ReLU()), ("drop", Dropout()), ("same", Identity()),
        ("pool", AdaptiveAveragePooling(outputSize: Extent(2, 3))), ("flat", Reshape.flatten), ("end", Identity()),
      ], input: [2, 2, 3])
    let canonized = try network.canonized()
    #expect(canonized.nodes.map(\.name) == ["relu", "flat"])
    #expect(canonized.outputName == "flat")
    for name in ["relu", "drop", "same", "pool"] { #expect(canonized.resolve(name) == "relu", "\(name)") }
    #expect(canonized.resolve("end") == "flat")
    #expect(canonized.resolve("input") == "input")
    #expect(canonized.resolve("conv9") == nil)
  }

  @Test("aliases follow where their node is removed in turn")
  func aliasesFollow() throws {
    var random = SplitMix64(seed: 5)
    let network = try Network.chain(
      [
        ("conv", LayerCase.convolution(&random, [3, 3, 1, 1])), ("norm", LayerCase.norm(&random, 3)),
        ("drop", Dropout()), ("relu", ReLU()),
      ], input: [3, 2, 2])
    let canonized = try network.canonized()
    #expect(canonized.nodes.map(\.name) == ["conv", "relu"])
    #expect(canonized.resolve("drop") == "conv" && canonized.resolve("norm") == "conv")
    #expect(try canonized.resized(to: [3, 5, 5]).resolve("drop") == "conv")
  }

  @Test("a network of nothing but identities, or of a softmax, stays a network")
  func nothingLeft() throws {
    #expect(try Network.chain([("a", Identity())], input: [3]).canonized().nodes.map(\.name) == ["a"])
    #expect(try Network.chain([("a", Identity()), ("b", Dropout())], input: [3]).canonized().nodes.count == 1)
    #expect(try Network.chain([("a", Softmax())], input: [3]).canonized().nodes.count == 1)
    #expect(try Network.chain([("a", Dropout()), ("b", Softmax())], input: [3]).canonized().nodes.count >= 1)
  }

  @Test("a final softmax is stripped, behind rearrangements too; one in the midst stays")
  func softmax() throws {
    var random = SplitMix64(seed: 6)
    let dense = LayerCase.dense(&random, 4, 3)
    let last = try Network.chain([("fc", dense), ("softmax", Softmax())], input: [3]).canonized()
    #expect(last.nodes.map(\.name) == ["fc"] && last.outputName == "fc")
    #expect(last.resolve("softmax") == "fc")
    let reshaped = try Network.chain(
      [("fc", dense), ("softmax", Softmax()), ("reshape", Reshape(shape: [4, 1, 1]))], input: [3]
    ).canonized()
    #expect(reshaped.nodes.map(\.name) == ["fc", "reshape"])
    let midst = try Network.chain([("softmax", Softmax()), ("fc", dense)], input: [3]).canonized()
    #expect(midst.nodes.map(\.name) == ["softmax", "fc"])
  }
}
