import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// s = f ⊙ c with f = a / stab(z) made in the forward pass is s = (a ⊙ c) / stab(z), on every path that makes f.
@Suite struct FactorTests {
  /// Both sets of filters in one launch (Winograd's forms; automatic where there are 64 channels), in two, on GPUs.
  private static let engines = ["gpu": TestDevice.gpu].merging(
    ConvolutionChoice.allCases.map { ($0.rawValue, TestDevice.cpu(convolutions: $0)) }
  ) { first, _ in first }

  /// 64 channels, an odd size, two poolings of which one has windows that overlap and reach over the border.
  private static let wide: Network = {
    var random = SplitMix64(seed: 80)
    func convolution(_ inputs: Int, _ outputs: Int) -> Convolution {
      Convolution(
        weight: Tensor(
          shape: Shape([outputs, inputs, 3, 3]), scalars: random.units(outputs * inputs * 9).map { $0 * 0.1 }),
        bias: Tensor(shape: Shape([outputs]), scalars: random.units(outputs)), padding: Padding(1, 1))
    }
    do {
      return try .chain(
        [
          ("conv0", convolution(3, 64)), ("relu0", ReLU()), ("conv1", convolution(64, 64)), ("relu1", ReLU()),
          ("pool1", MaxPooling(window: PoolingWindow(kernel: Extent(2)))), ("conv2", convolution(64, 80)),
          ("relu2", ReLU()),
          ("pool2", MaxPooling(window: PoolingWindow(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1)))),
          ("conv3", convolution(80, 5)), ("relu3", ReLU()), ("pool3", AdaptiveAveragePooling.global),
          ("flatten", Reshape.flatten),
        ], input: [3, 15, 18])
    } catch { fatalError("\(error)") }
  }()

  private static func images(_ network: Network, _ count: Int, seed: UInt64 = 81) -> Tensor {
    var random = SplitMix64(seed: seed)
    return Tensor(
      shape: Shape([count] + network.inputShape.extents), scalars: random.units(count * network.inputShape.count))
  }

  /// How max poolings are treated: as averages, or so that their winners take all.
  static let poolings: [any Rule] = [
    EpsilonRule(.tutorial), WinnerTakesAllRule(), WinnerTakesAllRule(sharingTies: true),
  ]

  private static func table(
    _ network: Network, _ rule: any Rule, pooling: any Rule = EpsilonRule(.tutorial)
  ) throws -> RuleTable {
    try RuleSet(rule: rule).table(for: network, pooling: pooling)
  }

  private static let rules: [any Rule] = [
    GammaRule(), GammaRule(gamma: 2, stabilizer: Stabilizer(0.5)), ZPlusRule(),
  ]

  @Test("the input's relevance with factors is that of the four steps", arguments: engines.keys.sorted(), 0..<3)
  func sameRelevance(_ name: String, _ rule: Int) throws {
    let engine = Self.engines[name]!
    let networks = [Self.wide] + SmallNetwork.all(biased: true, seed: 82).map(\.network)
    for (network, pooling) in networks.flatMap({ network in Self.poolings.map { (network, $0) } }) {
      let table = try Self.table(network, Self.rules[rule], pooling: pooling)
      let device = try DeviceNetwork(network, on: engine, batch: 2)
      let images = Self.images(network, 2)
      // Relevance of every layer is read: nothing is joined.
      let apart = try Propagator(device, rules: table, options: .init(targets: 2, keeping: .all, ledger: false))
      let joined = try Propagator(device, rules: table, options: .init(targets: 2, ledger: false))
      let trace = try device.forward(images)
      let start = Target.start([[.logit(1), .logit(3)], [.logit(0), .logit(4)]], scores: try trace.scores())
      let expected = try apart.propagate(trace, from: start).input
      let found = try joined.propagate(trace, from: start).input
      expectClose(
        found.scalars, expected.scalars.map(Double.init), tolerance: 2e-6,
        Origin(
          what: "\(network.name), \(Self.rules[rule]), \(pooling), \(name)", shape: expected.shape, seed: 81,
          filter: "FactorTests")
      )
    }
  }

  @Test("a network whose only convolution is one kernel with one set of filters, and two with both")
  func twoSets() throws {
    var random = SplitMix64(seed: 83)
    let weights = Tensor(shape: [16, 240, 3, 3], scalars: random.units(16 * 240 * 9))
    let network = try Network.chain(
      [
        ("relu0", ReLU()), ("conv", Convolution(weight: weights, bias: nil, padding: Padding(1, 1))), ("relu", ReLU()),
        ("pool", AdaptiveAveragePooling.global), ("flatten", Reshape.flatten),
      ], input: [240, 120, 124])
    let engine = Self.engines["winograd4"]!
    let device = try DeviceNetwork(network, on: engine, batch: 1)
    let table = try Self.table(network, GammaRule())
    let images = Self.images(network, 1)
    let relevance = try [PropagationOptions.Keeping.all, .inputOnly].map { keeping in
      let propagator = try Propagator(device, rules: table, options: .init(keeping: keeping, ledger: false))
      let trace = try device.forward(images)
      return try propagator.propagate(trace, from: Target.start([[.logit(1)]], scores: try trace.scores())).input
    }
    #expect(!device.factors.isEmpty)
    expectClose(
      relevance[1].scalars, relevance[0].scalars.map(Double.init), tolerance: 2e-6,
      Origin(what: "two sets of filters", shape: relevance[0].shape, seed: 83, filter: "twoSets"))
  }

  @Test(
    "the ledger read from factors is that of the four steps, and relevance with it the same bits",
    arguments: engines.keys.sorted(), 0..<3)
  func sameLedger(_ name: String, _ rule: Int) throws {
    let engine = Self.engines[name]!
    for network in [Self.wide] + SmallNetwork.all(biased: true, seed: 82).map(\.network) {
      for (stabilizer, pooling) in [(nil, 0), (nil, 1), (Stabilizer(0.5, sign: .atZero), 2)] {
        let table = try Self.table(
          network, stabilizer.map { GammaRule(stabilizer: $0) } ?? Self.rules[rule], pooling: Self.poolings[pooling])
        let device = try DeviceNetwork(network, on: engine, batch: 2)
        func run(_ keeping: PropagationOptions.Keeping, ledger: Bool) throws -> Relevance {
          let propagator = try Propagator(
            device, rules: table, options: .init(targets: 2, keeping: keeping, ledger: ledger))
          let trace = try device.forward(Self.images(network, 2))
          let start = Target.start([[.logit(1), .logit(3)], [.logit(0), .logit(4)]], scores: try trace.scores())
          return try propagator.propagate(trace, from: start)
        }
        let (apart, counted) = (try run(.all, ledger: true), try run(.inputOnly, ledger: true))
        let what =
          "\(network.name), \(Self.rules[rule]), \(stabilizer.map { "\($0)" } ?? "its own stabilizer"), "
          + "\(Self.poolings[pooling]), \(name)"
        expectIdentical(counted.input, try run(.inputOnly, ledger: false).input, what)
        expectClose(try #require(counted.ledger), try #require(apart.ledger), what)
      }
    }
  }

  @Test("convolutions of many channels and poolings carry factors, in one launch each with what they belong to")
  func carried() throws {
    let options = PropagationOptions(ledger: false)
    let plan = FusedPlan(
      Self.wide, rules: try Self.table(Self.wide, GammaRule()), options: options, choice: KernelChoice(family: .cpu))
    #expect(Set(plan.factors.map(\.node)) == ["conv1", "pool1", "conv2", "pool2", "conv3"])
    #expect(plan.factors.first { $0.node == "conv1" }!.output == "relu1")
    // c goes the winners' way, and the layer below a pooling carries its factor.
    let winning = FusedPlan(
      Self.wide, rules: try Self.table(Self.wide, GammaRule(), pooling: WinnerTakesAllRule()), options: options,
      choice: KernelChoice(family: .cpu))
    #expect(Set(winning.factors.map(\.node)) == ["conv1", "conv2", "conv3"])
    // The ledger reads factors.
    let counted = FusedPlan(
      Self.wide, rules: try Self.table(Self.wide, GammaRule()), options: PropagationOptions(ledger: true),
      choice: KernelChoice(family: .cpu))
    #expect(counted.factors == plan.factors)
    // Where R or z is read, or z is of the image, or the device makes each step alone, there are none.
    for (rule, options, family) in [
      (GammaRule() as any Rule, PropagationOptions(keeping: .all, ledger: false), KernelFamily.cpu),
      (GammaRule(stabilizer: Stabilizer(0, relative: 1)), options, .cpu), (EpsilonRule(), options, .plain),
    ] {
      let plan = FusedPlan(
        Self.wide, rules: try Self.table(Self.wide, rule), options: options, choice: KernelChoice(family: family))
      #expect(plan.factors.filter { Self.wide[$0.node]!.layer is Convolution }.isEmpty, "\(rule)")
    }
  }

  @Test("what a pass did not make is made when it is asked for, and what another image left is not used")
  func completed() throws {
    let network = Self.wide
    let table = try Self.table(network, GammaRule())
    let images = Self.images(network, 1)
    let device = try DeviceNetwork(network, on: TestDevice.cpu)
    let early = try device.forward(images)  // before there is a propagator
    let start = try early.scores()
    let propagator = try Propagator(device, rules: table, options: .init(ledger: false))
    let first = try propagator.propagate(early, from: start).input
    _ = try device.forward(Self.images(network, 1, seed: 83))
    let made = try propagator.propagate(device.forward(images), from: start).input
    _ = try device.forward(Self.images(network, 1, seed: 83))
    try device.load(images)
    let late = try propagator.propagate(device.forward(count: 1, scoresOnly: true), from: start).input
    let tolerance = 2e-6
    let origin = Origin(what: "factors made late", shape: made.shape, seed: 81, filter: "FactorTests")
    expectClose(first.scalars, made.scalars.map(Double.init), tolerance: tolerance, origin)
    expectIdentical(late, first, "made late, twice")
  }

  @Test("two rules on one network: each propagator has its own denominators")
  func twoRules() throws {
    let network = Self.wide
    let images = Self.images(network, 1)
    let device = try DeviceNetwork(network, on: TestDevice.cpu)
    let propagators = try [GammaRule(), GammaRule(gamma: 3)].map {
      try Propagator(device, rules: Self.table(network, $0), options: .init(ledger: false))
    }
    let trace = try device.forward(images)
    let together = try propagators.map { try $0.propagate(trace, from: trace.scores()).input }
    for (rule, found) in zip([GammaRule(), GammaRule(gamma: 3)], together) {
      let own = try DeviceNetwork(network, on: TestDevice.cpu)
      let alone = try Propagator(own, rules: Self.table(network, rule), options: .init(ledger: false))
      let trace = try own.forward(images)
      let expected = try alone.propagate(trace, from: trace.scores()).input
      expectClose(
        found.scalars, expected.scalars.map(Double.init), tolerance: 2e-6,
        Origin(
          what: "\(rule)", shape: expected.shape, seed: 81, filter: "FactorTests"))
    }
  }

  @Test("an image with factors is explained the same alone, in a batch and with other targets beside it, to the bit")
  func company() throws {
    let network = Self.wide
    let table = try Self.table(network, GammaRule())
    let images = Self.images(network, 5)
    func explain(_ images: Tensor, _ classes: [Int]) throws -> Tensor {
      let device = try DeviceNetwork(network, on: TestDevice.cpu, batch: images.shape[0])
      let propagator = try Propagator(device, rules: table, options: .init(targets: classes.count, ledger: false))
      let trace = try device.forward(images)
      let targets = (0..<images.shape[0]).map { _ in classes.map { Target.logit($0) } }
      return try propagator.propagate(trace, from: Target.start(targets, scores: trace.scores())).input
    }
    let together = try explain(images, [2, 0, 4])
    for n in 0..<5 {
      for (position, target) in [2, 0, 4].enumerated() {
        expectIdentical(
          try explain(.stack([images[n]]), [target])[0], together[3 * n + position], "image \(n), class \(target)")
      }
    }
  }
}
