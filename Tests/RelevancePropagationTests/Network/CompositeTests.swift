import Testing

@testable import RelevancePropagation

/// Which rule each layer gets.
@Suite struct CompositeTests {
  private func names(_ selector: Selector, _ network: Network) -> [String] {
    selector.indices(in: network).sorted().map { network.nodes[$0].name }
  }

  @Test("selectors mean layers by type, order, pooling band and name")
  func selectors() {
    let network = SmallNetwork.vggLike(biased: true, seed: 1)
    #expect(names(.any, network) == network.nodes.map(\.name))
    #expect(names(.types([Convolution.typeName]), network) == ["conv1_1", "conv1_2", "conv2_1"])
    #expect(names(.first([Convolution.typeName, Dense.typeName]), network) == ["conv1_1"])
    #expect(names(.first([Dense.typeName]), network) == ["fc6"])
    #expect(names(.throughPooling(1), network) == ["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1"])
    #expect(names(.throughPooling(2), network).last == "pool2")
    #expect(names(.throughPooling(9), network).last == "pool2")
    #expect(names(.throughPooling(0), network).isEmpty)
    #expect(names(.both(.throughPooling(1), .types([ReLU.typeName])), network) == ["relu1_1", "relu1_2"])
  }

  @Test(
    "a star stands for any characters",
    arguments: [
      ("conv1_*", "conv1_2", true), ("conv1_*", "conv2_1", false), ("*", "anything", true), ("*_1", "conv1_1", true),
      ("c*1_*", "conv1_2", true), ("fc6", "fc6", true), ("fc6", "fc67", false), ("fc6*", "fc6", true),
      ("ab*ba", "aba", false), ("a*b*c", "a-b-b-c", true), ("a*b*c", "ac", false), ("", "", true), ("", "a", false),
    ])
  func wildcard(_ pattern: String, _ name: String, _ matches: Bool) {
    #expect(Selector.matches(name, pattern) == matches)
  }

  @Test("the first assignment that means a layer decides")
  func firstMatch() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 1)
    let composite = Composite(
      name: "test",
      assignments: [
        .init(.name("conv1_1"), FlatRule()), .init(.types([Convolution.typeName]), ZPlusRule()),
        .init(.name("conv*"), ZeroRule()), .init(.types([Dense.typeName]), EpsilonRule()),
        .init(.types([MaxPooling.typeName]), WinnerTakesAllRule()), .init(.any, PassRule()),
      ])
    let table = try composite.resolve(for: network)
    #expect(table["conv1_1"] is FlatRule && table["conv1_2"] is ZPlusRule && table["conv2_1"] is ZPlusRule)
    #expect(table["fc6"] is EpsilonRule && table["pool1"] is WinnerTakesAllRule && table["relu6"] is PassRule)
    let error = #expect(throws: RuleError.self) {
      try Composite(name: "empty", assignments: []).resolve(for: network)
    }
    #expect(error?.description == "conv1_1: no rule for a convolution; assign one")
  }

  @Test("every preset resolves and runs on every graph", arguments: SmallNetwork.all(biased: true, seed: 5), Preset.all)
  func presets(_ small: SmallNetwork, _ preset: Preset) throws {
    let network = try small.network.canonized()
    let composite = preset.composite(for: network, low: [-1, -1, -1], high: [1, 1, 1])
    let table = try composite.resolve(for: network)
    let found = try DeviceRun(network, rules: table.rules, images: SmallNetwork.images(1, seed: 6))
    #expect(found.relevance.input.firstNonFinite == nil)
    #expect(found.relevance.input.scalars.contains { $0 != 0 })
  }

  @Test("the seed's composite: zᴮ, γ through pool 3, ε, 0")
  func seedBands() throws {
    var layers: [(String, any Layer)] = []
    var random = SplitMix64(seed: 8)
    for block in 1...5 {
      let layer = LayerCase.convolution(&random, [1, 1, 1, 1])
      layers += [("conv\(block)", layer), ("relu\(block)", ReLU())]
      layers.append(("pool\(block)", MaxPooling(window: PoolingWindow(kernel: Extent(2)))))
    }
    layers += [("flatten", Reshape.flatten), ("fc6", LayerCase.dense(&random, 2, 1))]
    let network = try Network.chain(layers, input: [1, 32, 32])
    let table = try Preset.named("seed").composite(for: network, low: [0], high: [1]).resolve(for: network)
    let labels = network.nodes.map { "\($0.name) \(type(of: table[$0.name]).name)" }.filter { !$0.hasPrefix("relu") }
    #expect(
      labels == [
        "conv1 box", "pool1 epsilon", "conv2 gamma", "pool2 epsilon", "conv3 gamma", "pool3 epsilon", "conv4 epsilon",
        "pool4 epsilon", "conv5 epsilon", "pool5 epsilon", "flatten pass", "fc6 zero",
      ])
    #expect((table["pool3"] as? EpsilonRule)?.epsilon == .tutorial)
    #expect((table["pool4"] as? EpsilonRule)?.epsilon == Stabilizer(1e-9, relative: 0.25, sign: .positive))
  }

  @Test("an unknown preset lists all names")
  func unknown() {
    let error = #expect(throws: UnknownPreset.self) { try Preset.named("epsilon-plus") }
    #expect(error?.description.hasPrefix("no composite \"epsilon-plus\"; there are seed, epsilon_gamma_box, ") == true)
    #expect(Set(Preset.all.map(\.name)).count == Preset.all.count)
    for preset in Preset.all { #expect(throws: Never.self) { try Preset.named(preset.name) } }
  }
}
