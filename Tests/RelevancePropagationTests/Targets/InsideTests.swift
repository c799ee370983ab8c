import TestDevices
import Testing

@testable import RelevancePropagation

/// Starts inside the network, and relevance filtered on its way.
@Suite struct InsideTests {
  /// Two channels, each of one weight, summed: a = (1, 2) → hidden (2·1 + 0·2, 0·1 + 3·2) = (2, 6) → z = 2 + 6 = 8.
  private static let twoChannels: Network = {
    let hidden = Dense(weight: Tensor(shape: [2, 2], scalars: [2, 0, 0, 3]), bias: nil)
    let top = Dense(weight: Tensor(shape: [1, 2], scalars: [1, 1]), bias: nil)
    return try! Network.chain([("hidden", hidden), ("relu", ReLU()), ("top", top)], input: [2])
  }()

  private func run(_ network: Network, filters: [LayerFilter], keeping: PropagationOptions.Keeping = .all) throws
    -> Relevance
  {
    var rules: [String: any Rule] = [:]
    for node in network.nodes {
      rules[node.name] = node.layer is ReLU ? PassRule() : ZeroRule(stabilizer: Stabilizer(0))
    }
    let device = try DeviceNetwork(network, on: TestDevice.engine)
    let propagator = try Propagator(
      device, rules: try RuleTable(rules, for: network), options: .init(keeping: keeping, filters: filters))
    let trace = try device.forward(Tensor(shape: [1, 2], scalars: [1, 2]))
    return try propagator.propagate(trace, from: try trace.scores())
  }

  @Test("a filter lets one channel through, and the ledger says what it took")
  func filter() throws {
    // R at hidden = (2, 6). Channel 1 alone: 6 goes on, to input 1; the filter took 2.
    let filter = try LayerFilter(layer: "hidden", channels: [1], of: Self.twoChannels)
    let found = try run(Self.twoChannels, filters: [filter])
    #expect(found.input.scalars == [0, 6])
    #expect(found.layers["hidden"]!.scalars == [0, 6], "the layer keeps what passed")
    #expect(found.layers["relu"]!.scalars == [2, 6], "the layer above is not touched")
    let ledger = try #require(found.ledger)
    let hidden = try #require(ledger.layers.first { $0.node == "hidden" })
    #expect(hidden.incoming == [8] && hidden.filter == [2] && hidden.outgoing == [6])
    #expect(ledger.layers.allSatisfy { abs($0.other(0)) < 1e-6 })
    #expect(ledger.layers.filter { $0.node != "hidden" }.allSatisfy { $0.filter == [0] })
  }

  @Test("filters of several layers hold at once; of one layer what all let through")
  func severalFilters() throws {
    func filter(_ layer: String, _ channels: Set<Int>) throws -> LayerFilter {
      try LayerFilter(layer: layer, channels: channels, of: Self.twoChannels)
    }
    #expect(try run(Self.twoChannels, filters: [filter("hidden", [1]), filter("relu", [0])]).input.scalars == [0, 0])
    #expect(try run(Self.twoChannels, filters: [filter("hidden", [0, 1])]).input.scalars == [2, 6])
    #expect(
      try run(Self.twoChannels, filters: [filter("relu", [0, 1]), filter("relu", [0])]).input.scalars == [2, 0])
    #expect(try run(Self.twoChannels, filters: [filter("top", [0])]).input.scalars == [2, 6])
    #expect(try run(Self.twoChannels, filters: [filter("relu", [1])], keeping: .inputOnly).input.scalars == [0, 6])
  }

  @Test("filters of all channels one by one add up to the relevance without")
  func filtersAddUp() throws {
    let network = SmallNetwork.residual(biased: true, seed: 70)
    let set = RuleSet(rule: EpsilonRule())
    let device = try DeviceNetwork(network, on: TestDevice.engine)
    let table = try RuleTable(set.rules(for: network), for: network)
    let trace = try device.forward(SmallNetwork.images(1, seed: 71))
    func relevance(_ filters: [LayerFilter]) throws -> [Float] {
      try Propagator(device, rules: table, options: .init(filters: filters)).propagate(trace, from: trace.scores())
        .input.scalars
    }
    // Everything passes relu1: ε is linear in R, so that the parts sum to the whole.
    let parts = try (0..<4).map { try relevance([LayerFilter(layer: "relu1", channels: [$0], of: network)]) }
    let sum = parts[0].indices.map { i in parts.reduce(0) { $0 + Double($1[i]) } }
    expectClose(
      try relevance([]), sum, Origin(what: "filters", shape: SmallNetwork.input, seed: 70, filter: "InsideTests"))
  }

  @Test("a filtered image is the same alone, in a batch, and with other targets beside it")
  func filteredCompany() throws {
    let network = SmallNetwork.concatenation(biased: true, seed: 90)
    let device = try DeviceNetwork(network, on: TestDevice.engine, batch: 2)
    let filters = [
      try LayerFilter(layer: "relu0", channels: [0, 3], of: network),
      try LayerFilter(layer: "left", channels: [1], of: network),
    ]
    let table = try RuleTable(RuleSet(rule: FlatRule()).rules(for: network), for: network)
    func run(_ images: Tensor, _ classes: [Int]) throws -> Relevance {
      let propagator = try Propagator(
        device, rules: table, options: .init(targets: classes.count, keeping: .all, filters: filters))
      let trace = try device.forward(images)
      let targets = [[Target]](repeating: classes.map { .logit($0) }, count: trace.count)
      return try propagator.propagate(trace, from: Target.start(targets, scores: try trace.scores()))
    }
    let images = SmallNetwork.images(2, seed: 91)
    let together = try run(images, [2, 4])
    for (entry, (image, target)) in [(0, 2), (0, 4), (1, 2), (1, 4)].enumerated() {
      let alone = try run(.stack([images[image]]), [target])
      expectIdentical(alone.input[0], together.input[entry], "image \(image), class \(target)")
      let (a, b) = (try #require(alone.ledger).layers, try #require(together.ledger).layers)
      for (one, all) in zip(a, b) {
        #expect(one.filter[0] == all.filter[entry] && one.idle?[0] == all.idle?[entry], "ledger of \(one.node)")
      }
      // Channels 1 and 2 of relu0 carry nothing.
      let area = 8 * 6
      #expect(alone.layers["relu0"]!.scalars[area..<3 * area].allSatisfy { $0 == 0 })
      #expect(alone.layers["relu0"]!.scalars.contains { $0 != 0 })
    }
  }

  @Test("relevance at units that are off is what host sums find")
  func idleSums() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 92)
    let rules = RuleSet(rule: FlatRule()).rules(for: network)
    let run = try DeviceRun(network, rules: rules, images: SmallNetwork.images(2, seed: 93))
    for layer in try #require(run.relevance.ledger).layers {
      guard let idle = layer.idle else { continue }
      for n in 0..<2 {
        let (R, a) = (run.relevance.layers[layer.node]![n].scalars, run.activations[layer.node]![n].scalars)
        let expected = zip(R, a).reduce(0) { $1.1 == 0 ? $0 + abs(Double($1.0)) : $0 }
        #expect(abs(idle[n] - expected) <= 1e-6 * layer.magnitude[n], "\(layer.node), image \(n)")
      }
      #expect(layer.layerType == ReLU.typeName)
    }
  }

  @Test("a neuron starts from its activation, and the layers above are left out")
  func neuron() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 72).self
    let explainer = try Explainer(
      network, composite: .named("epsilon_plus"), low: [-1, -1, -1], high: [1, 1, 1], on: TestDevice.engine, batch: 2,
      options: .init(targets: 2, keeping: .nodes(["relu2_1"])))
    let whole = try NeuronSelection(layer: "relu2_1", channel: 2, of: explainer.network)
    let one = try NeuronSelection(layer: "relu2_1", channel: 2, position: .init(y: 1, x: 2), of: explainer.network)
    let found = try explainer.explain(
      SmallNetwork.images(2, seed: 73), targets: { _ in [.neurons(whole), .neurons(one)] })
    for image in 0..<2 {
      let activation = found[image][0].activations["relu2_1"]!
      let map = activation[2].scalars
      let start = found[image][0].layers["relu2_1"]!
      #expect(start[2].scalars == map, "all of channel 2")
      #expect(start[0].scalars.allSatisfy { $0 == 0 })
      #expect(abs(found[image][0].value - map.reduce(0) { $0 + Double($1) }) < 1e-5)
      #expect(
        found[image][1].layers["relu2_1"]![2].scalars.enumerated().allSatisfy {
          $0 == 1 * 3 + 2 ? $1 == map[5] : $1 == 0
        })
      #expect(found[image][0].ledger?.layers.first?.node == "relu2_1")
    }
    // The same bits alone, and after other targets.
    _ = try explainer.explain(SmallNetwork.images(2, seed: 74), targets: { _ in [.logit(0), .logit(1)] })
    let alone = try explainer.explain(
      .stack([SmallNetwork.images(2, seed: 73)[1]]), targets: { _ in [.neurons(one), .neurons(whole)] })
    expectIdentical(alone[0][0].relevance, found[1][1].relevance, "one neuron, alone")
    expectIdentical(alone[0][1].relevance, found[1][0].relevance, "a map, alone")
  }

  @Test("targets of a batch explained through the explainer are the same alone and together")
  func explainerTargets() throws {
    let network = SmallNetwork.residual(biased: true, seed: 75)
    func explainer(_ targets: Int) throws -> Explainer {
      try Explainer(
        network, composite: .named("epsilon_gamma_box"), low: [-1, -1, -1], high: [1, 1, 1], on: TestDevice.engine,
        batch: 2, options: .init(targets: targets))
    }
    let images = SmallNetwork.images(2, seed: 76)
    let targets: [Target] = [.logOdds(1), .difference(0, 4), .logit(2), .probability(3)]
    let together = try explainer(4).explain(images, targets: { _ in targets })
    let single = try explainer(1)
    for (position, target) in targets.enumerated() {
      let alone = try single.explain(.stack([images[1]]), targets: { _ in [target] })[0][0]
      #expect(alone.explained == target && alone.value == together[1][position].value)
      // A logit beside a difference starts at the head, alone at the output: the same numbers up to the sum of 0·w.
      expectIdentical(alone.relevance, together[1][position].relevance, "\(target)")
    }
    // Classes may differ by image: the head holds the rows of both.
    let mixed = try single.explain(images, targets: { [.logOdds($0.topClass)] })
    let second = try single.explain(.stack([images[1]]), targets: { [.logOdds($0.topClass)] })
    expectIdentical(mixed[1][0].relevance, second[0][0].relevance, "log-odds of two classes in a batch")
  }

  @Test("what lies outside is refused, with near names")
  func errors() throws {
    let network = SmallNetwork.vggLike(biased: false, seed: 77)
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "no error"
    }
    let unknown = message { _ = try NeuronSelection(layer: "conv1-1", channel: 0, of: network) }
    #expect(unknown.hasPrefix("no layer \"conv1-1\"; near it: conv1_1"), "\(unknown)")
    #expect(message { _ = try NeuronSelection(layer: "CONV2_1", channel: 0, of: network) }.contains("near it: conv2_1"))
    #expect(message { _ = try LayerFilter(layer: "input", channels: [0], of: network) }.contains("input, no layer"))
    #expect(message { _ = try NeuronSelection(layer: "conv2_1", channel: 6, of: network) }.contains("it has 0 to 5"))
    #expect(
      message { _ = try NeuronSelection(layer: "conv2_1", channel: 0, position: .init(y: 4, x: 0), of: network) }
        .contains("4 rows and 3 columns"))
    #expect(
      message { _ = try NeuronSelection(layer: "fc6", channel: 0, position: .init(y: 0, x: 0), of: network) }
        .contains("no rows"))
    #expect(message { _ = try LayerFilter(layer: "fc6", channels: [10], of: network) }.contains("it has 0 to 9"))
    #expect(message { _ = try LayerFilter(layer: "fc6", channels: [], of: network) }.contains("without channels"))
    let explainer = try Explainer(
      network, composite: .named("epsilon_plus"), low: [0, 0, 0], high: [1, 1, 1], on: TestDevice.engine,
      options: .init(filters: [LayerFilter(layer: "fc6", channels: [1], of: network)]))
    let image = SmallNetwork.images(1, seed: 78)
    let inside = try NeuronSelection(layer: "conv2_1", channel: 0, of: explainer.network)
    #expect(
      message { _ = try explainer.explain(image, targets: { _ in [.neurons(inside)] }) }.contains("passes this layer"))
    #expect(message { _ = try explainer.explain(image, targets: { _ in [.logit(5)] }) }.contains("classes 0 to 4"))
    #expect(message { _ = try explainer.explain(image, targets: { _ in [] }) }.contains("made for 1"))
  }
}
