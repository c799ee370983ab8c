import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// s that a convolution's transpose and the ledger form of the windows behind is, to the bit, s that the pooling's own kernel
/// stores: f ⊙ (s of the pooling / 4), or f ⊙ c at a window's winner.
@Suite struct SpreadWindowsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var channels, height, width: Int
    var padding = Padding(1, 1)
    var convolutions: ConvolutionChoice
    var testDescription: String { "\(channels) channels, \(height)x\(width), padding \(padding), \(convolutions)" }
  }

  /// Forms in one kernel and split ones, rows and columns behind the last window, vectors that are not full, tiles that begin in
  /// the middle of a window and with one.
  static let cases = [
    (64, 57, 59, Padding(1, 1)), (64, 32, 40, Padding(1, 1)), (20, 13, 18, Padding(1, 1)), (33, 9, 7, Padding(1, 1)),
    (1, 5, 4, Padding(1, 1)), (48, 21, 34, Padding(0, 0)), (16, 30, 31, Padding(2, 1)),
    (256, 14, 15, Padding(top: 0, left: 1, bottom: 2, right: 1)),
  ].flatMap { channels, height, width, padding in
    ConvolutionChoice.winograd.map {
      Case(channels: channels, height: height, width: width, padding: padding, convolutions: $0)
    }
  }

  private static let (images, targets) = (2, 3)
  private static let engines = ConvolutionChoice.winograd.map {
    ($0, TestDevice.cpu(convolutions: $0))
  }

  /// The pooling over a convolution's outputs of a case's size.
  private static func pooling(_ size: Case) throws -> (layer: AveragePooling, shapes: LayerShapes) {
    let layer = AveragePooling(window: PoolingWindow(kernel: Extent(2)), countsPadding: false)
    let image = Shape([size.channels, size.height, size.width])
    return (layer, LayerShapes(inputs: [image], output: try layer.outputShape(for: [image])))
  }

  /// s as the pooling's kernel makes it of numbers that are its own s and f of every image, with memory behind.
  private static func spread(
    _ windows: Buffer<Float>, _ factors: Buffer<Float>, _ size: Case, on engine: Engine
  ) throws -> Buffer<Float> {
    let (layer, shapes) = try pooling(size)
    let s = try Buffer<Float>(count: images * targets * shapes.inputs[0].count, on: engine.queue)
    let parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "pool", on: engine)
    try layer.transpose(
      windows, parameters, toInput: 0, for: .backward(bounded: true),
      finish: Finish(product: Operand(factors, shapes.inputs[0]), targets: targets), into: s, shapes: shapes,
      batch: images * targets, on: engine)
    return s
  }

  @Test("the convolution's transpose", arguments: cases)
  func transposes(_ size: Case) throws {
    let engine = Self.engines.first { $0.0 == size.convolutions }!.1
    let (_, pooled) = try Self.pooling(size)
    let (image, entries) = (pooled.inputs[0], Self.images * Self.targets)
    var random = SplitMix64(seed: 98)
    let inputs = 18
    let layer = Convolution(
      weight: Tensor(shape: Shape([size.channels, inputs, 3, 3]), scalars: random.units(size.channels * inputs * 9)),
      bias: nil, padding: size.padding)
    let below = Shape([
      inputs, size.height + 2 - size.padding.top - size.padding.bottom,
      size.width + 2 - size.padding.left - size.padding.right,
    ])
    let shapes = LayerShapes(inputs: [below], output: try layer.outputShape(for: [below]))
    #expect(shapes.output == image)
    #expect(layer.spreads(for: .backward(bounded: true), shapes: shapes, engine.choice))
    let windows = try Buffer(random.units(entries * pooled.output.count), on: engine.queue)
    let factors = try Buffer(random.units(Self.images * image.count), on: engine.queue)
    let product = try Buffer(random.units(Self.images * below.count), on: engine.queue)
    var parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "conv", on: engine)
    parameters.scratch = try Buffer(
      count: layer.scratchCount(for: shapes, batch: entries, on: engine), on: engine.queue)
    let finish = Finish(product: Operand(product, below), targets: Self.targets)
    func run(_ body: (Buffer<Float>) throws -> Void) throws -> [Float] {
      let target = try Buffer([Float](repeating: 7, count: entries * below.count + 16), on: engine.queue)
      try body(target)
      return try engine.queue.read(target, count: target.count)
    }
    let stored = try Self.spread(windows, factors, size, on: engine)
    let expected = try run {
      try layer.transpose(
        stored, parameters, toInput: 0, for: .backward(bounded: true), finish: finish, into: $0, shapes: shapes,
        batch: entries, on: engine)
    }
    let found = try run {
      try layer.transpose(
        SpreadWindows(windows: windows, factors: factors, share: 0.25), parameters, for: .backward(bounded: true),
        finish: finish,
        into: $0, shapes: shapes, batch: entries, on: engine)
    }
    let same = zip(found, expected).allSatisfy { $0.bitPattern == $1.bitPattern }
    #expect(same)
    #expect(found.suffix(16).allSatisfy { $0 == 7 })
    #expect(found.contains { $0 != 0 } && found.allSatisfy(\.isFinite))
  }

  @Test("the convolution's transpose behind winners", arguments: cases)
  func transposesWinners(_ size: Case) throws {
    let engine = Self.engines.first { $0.0 == size.convolutions }!.1
    let (_, pooled) = try Self.pooling(size)
    let (image, entries) = (pooled.inputs[0], Self.images * Self.targets)
    let pooling = MaxPooling(window: PoolingWindow(kernel: Extent(2)))
    var random = SplitMix64(seed: 102)
    let layer = Convolution(
      weight: Tensor(shape: Shape([size.channels, 18, 3, 3]), scalars: random.units(size.channels * 18 * 9)),
      bias: nil, padding: size.padding)
    let below = Shape([
      18, size.height + 2 - size.padding.top - size.padding.bottom,
      size.width + 2 - size.padding.left - size.padding.right,
    ])
    let shapes = LayerShapes(inputs: [below], output: image)
    let windows = try Buffer(random.units(entries * pooled.output.count), on: engine.queue)
    // Rectified: windows of zeros, and of several largest.
    let activation = try Buffer(
      random.units(Self.images * image.count).map { max(($0 * 8).rounded(), 0) }, on: engine.queue)
    let factors = try Buffer(random.units(Self.images * image.count), on: engine.queue)
    func route(_ numbers: Buffer<Float>, targets: Int, entries: Int) throws -> Buffer<Float> {
      let s = try Buffer<Float>(count: entries * image.count, on: engine.queue)
      try pooling.route(
        numbers, activation: activation, sharingTies: false,
        finish: Finish(product: Operand(factors, image), targets: targets), into: s, shapes: pooled, batch: entries,
        on: engine)
      return s
    }
    let ones = try Buffer([Float](repeating: 1, count: Self.images * pooled.output.count), on: engine.queue)
    let masked = try route(ones, targets: 1, entries: Self.images)
    let stored = try route(windows, targets: Self.targets, entries: entries)
    var parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "conv", on: engine)
    parameters.scratch = try Buffer(
      count: layer.scratchCount(for: shapes, batch: entries, on: engine), on: engine.queue)
    let finish = Finish(targets: Self.targets)
    let (expected, found) = (
      try Buffer<Float>(count: entries * below.count, on: engine.queue),
      try Buffer<Float>(count: entries * below.count, on: engine.queue)
    )
    try layer.transpose(
      stored, parameters, toInput: 0, for: .backward(bounded: true), finish: finish, into: expected, shapes: shapes,
      batch: entries, on: engine)
    try layer.transpose(
      SpreadWindows(windows: windows, factors: masked, share: 1), parameters, for: .backward(bounded: true),
      finish: finish, into: found, shapes: shapes, batch: entries, on: engine)
    let numbers = try engine.queue.read(found, count: found.count)
    #expect(numbers == (try engine.queue.read(expected, count: found.count)))
    #expect(numbers.contains { $0 != 0 } && numbers.allSatisfy { $0.isFinite })
  }

  @Test("the ledger's sums", arguments: cases.filter { $0.convolutions == .winograd4 })
  func counts(_ size: Case) throws {
    let engine = TestDevice.cpu
    let (_, pooled) = try Self.pooling(size)
    let (image, entries) = (pooled.inputs[0], Self.images * Self.targets)
    var random = SplitMix64(seed: 99)
    let windows = try Buffer(random.units(entries * pooled.output.count), on: engine.queue)
    let f = random.units(Self.images * image.count)
    let (factors, activation) = (
      try Buffer(f, on: engine.queue), try Buffer(f.map { $0 * 0.75 }, on: engine.queue)
    )
    let bias = try Buffer(random.units(size.channels), on: engine.queue)
    func sums(_ s: Buffer<Float>, spread: Shape?) throws -> [SIMD8<Float>] {
      var launch = LedgerLaunch(
        count: image.count, channels: size.channels, targets: Self.targets,
        relevance: .factor(a: activation, f: factors))
      launch.quotient = LedgerLaunch.Quotient(
        s: s, stabilizer: Stabilizer(0.25), statistics: factors, gate: .always, output: factors, spread: spread,
        share: 0.25)
      launch.bias = LedgerLaunch.Bias(values: bias, mode: .perChannel, coefficient: 2)
      launch.units = activation
      let partials = try Buffer<SIMD8<Float>>(count: entries * Engine.chunks, on: engine.queue)
      try engine.count(launch, entries: entries, into: partials)
      return try engine.queue.read(partials, count: partials.count)
    }
    let expected = try sums(Self.spread(windows, factors, size, on: engine), spread: nil)
    let found = try sums(windows, spread: image)
    #expect(found == expected)
    #expect(found.contains { $0 != .zero })
  }

  /// A convolution of 64 channels, a pooling, a convolution above; `window` of the pooling.
  private static func network(_ window: PoolingWindow, height: Int = 14, average: Bool = false) throws -> Network {
    var random = SplitMix64(seed: 100)
    func convolution(_ inputs: Int, _ outputs: Int) -> Convolution {
      Convolution(
        weight: Tensor(
          shape: Shape([outputs, inputs, 3, 3]), scalars: random.units(outputs * inputs * 9).map { $0 * 0.1 }),
        bias: Tensor(shape: Shape([outputs]), scalars: random.units(outputs)), padding: Padding(1, 1))
    }
    let pooling: any Layer =
      average ? AveragePooling(window: window, countsPadding: true) : MaxPooling(window: window)
    return try .chain(
      [
        ("conv0", convolution(3, 64)), ("relu0", ReLU()), ("conv1", convolution(64, 64)), ("relu1", ReLU()),
        ("pool", pooling), ("conv2", convolution(64, 64)), ("relu2", ReLU()), ("conv3", convolution(64, 5)),
        ("relu3", ReLU()), ("mean", AdaptiveAveragePooling.global), ("flatten", Reshape.flatten),
      ], input: [3, height, 18])
  }

  private static func table(_ network: Network, pooling: any Rule = EpsilonRule(.tutorial)) throws -> RuleTable {
    try RuleTable(RuleSet(rule: GammaRule()).rules(for: network).merging(["pool": pooling]) { $1 }, for: network)
  }

  /// How the pooling sends relevance back.
  enum Treatment: CaseIterable {
    /// A max pooling, as an average and to its winners, and an average.
    case averaged, winners, average
  }

  @Test("planned where windows are 2 × 2 and side by side and only a transpose by Winograd's algorithm reads s")
  func planned() throws {
    let pairs = PoolingWindow(kernel: Extent(2))
    func plan(
      _ network: Network, _ table: RuleTable, keeping: PropagationOptions.Keeping = .inputOnly, ledger: Bool = false,
      _ convolutions: ConvolutionChoice = .automatic, family: KernelFamily = .cpu
    ) -> (spreads: Bool, large: Int, launches: Int) {
      let plan = FusedPlan(
        network, rules: table, options: .init(targets: 2, keeping: keeping, ledger: ledger),
        choice: KernelChoice(family: family, convolutions: convolutions))
      let spreads = network.nodes.indices.contains { plan.spreading($0) != nil }
      return (spreads, plan.tensors.filter { $0.count == 64 * 14 * 18 }.count, plan.steps.count)
    }
    let network = try Self.network(pairs)
    let table = try Self.table(network)
    let found = plan(network, table)
    let stored = plan(network, table, .gathered)
    #expect(found.spreads && !stored.spreads)
    #expect(found.launches == stored.launches - 1)
    #expect(found.large == stored.large - 1, "s of conv1 has no memory")
    for ledger in [false, true] {
      #expect(plan(network, table, ledger: ledger).spreads)
      #expect(plan(network, table, ledger: ledger, .winograd2).spreads)
      #expect(!plan(network, table, keeping: .all, ledger: ledger).spreads)
    }
    for family in [KernelFamily.plain, .gpu] { #expect(!plan(network, table, family: family).spreads) }
    let winners = try Self.table(network, pooling: WinnerTakesAllRule())
    let routed = plan(network, winners, .gathered)
    #expect(plan(network, winners).spreads && !routed.spreads)
    #expect(plan(network, winners).launches == routed.launches - 1)
    #expect(plan(network, winners).large == routed.large - 1)
    #expect(plan(network, winners, ledger: true).spreads)
    #expect(!plan(network, winners, keeping: .all).spreads)
    for family in [KernelFamily.plain, .gpu] { #expect(!plan(network, winners, family: family).spreads) }
    #expect(!plan(network, try Self.table(network, pooling: WinnerTakesAllRule(sharingTies: true))).spreads)
    let average = try Self.network(pairs, average: true)
    #expect(plan(average, try Self.table(average)).spreads)
    // An odd height: the last row is behind all windows, or in half a window.
    for (window, spreads) in [
      (pairs, true), (PoolingWindow(kernel: Extent(2), ceilMode: true), false),
      (PoolingWindow(kernel: Extent(3)), false),
      (PoolingWindow(kernel: Extent(2), padding: Padding(1, 1)), false),
      (PoolingWindow(kernel: Extent(2), stride: Extent(1)), false),
    ] {
      let other = try Self.network(window, height: 15)
      #expect(plan(other, try Self.table(other)).spreads == spreads, "\(window)")
    }
  }

  @Test(
    "relevance and ledger are those of the four steps, alone, in a batch and with other classes, the ledger changes no bit",
    arguments: [.automatic] + ConvolutionChoice.winograd, Treatment.allCases)
  func explains(_ convolutions: ConvolutionChoice, _ treatment: Treatment) throws {
    let network = try Self.network(PoolingWindow(kernel: Extent(2)), height: 15, average: treatment == .average)
    let table = try Self.table(network, pooling: treatment == .winners ? WinnerTakesAllRule() : EpsilonRule(.tutorial))
    let engine = try Engine(device: TestDevice.engine.device, family: .cpu, convolutions: convolutions)
    var random = SplitMix64(seed: 101)
    let images = Tensor(
      shape: Shape([2] + network.inputShape.extents), scalars: random.units(2 * network.inputShape.count))
    func explain(
      _ images: Tensor, _ classes: [Int], _ keeping: PropagationOptions.Keeping = .inputOnly, ledger: Bool
    ) throws -> Relevance {
      let device = try DeviceNetwork(network, on: engine, batch: images.shape[0])
      let propagator = try Propagator(
        device, rules: table, options: .init(targets: classes.count, keeping: keeping, ledger: ledger))
      let trace = try device.forward(images)
      let targets = (0..<images.shape[0]).map { _ in classes.map { Target.logit($0) } }
      return try propagator.propagate(trace, from: Target.start(targets, scores: trace.scores()))
    }
    let together = try explain(images, [2, 0, 4], ledger: false).input
    let counted = try explain(images, [2, 0, 4], ledger: true)
    let apart = try explain(images, [2, 0, 4], .all, ledger: true)
    expectIdentical(counted.input, together, "with the ledger")
    expectClose(try #require(counted.ledger), try #require(apart.ledger), "\(convolutions)")
    expectClose(
      together.scalars, apart.input.scalars.map(Double.init), tolerance: 2e-6,
      Origin(what: "\(convolutions)", shape: together.shape, seed: 101, filter: "SpreadWindowsTests"))
    for n in 0..<2 {
      for (position, target) in [2, 0, 4].enumerated() {
        expectIdentical(
          try explain(.stack([images[n]]), [target], ledger: false).input[0], together[3 * n + position],
          "image \(n), class \(target)")
      }
    }
  }
}
