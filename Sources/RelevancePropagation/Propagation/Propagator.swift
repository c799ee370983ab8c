package import Compute
internal import KernelSources

/// The backward pass of one network under one set of rules: planned once, run for every batch.
///
/// The plan fixes all launches and all memory before the first of them. Activations are read where the forward pass left
/// them; only the relevance that is asked for, and the ledger's sums, come down.
public final class Propagator {
  public let network: DeviceNetwork
  public let rules: RuleTable
  public let options: PropagationOptions

  private let steps: [Step]
  private let stepLabels: [String]
  private let relevanceTensors: [String: TensorID]
  private let startTensor: TensorID
  private let tensors: [TensorPlan]
  private let arena: Arena
  private let factors: [Factor]
  /// Bytes of the backward pass beside the network's own: relevance, factors, and the modified weights.
  public let bytes: Int
  private var slots: [Buffer<Float>] = []
  private let parts: PartStore
  private var constants: [TensorID: (values: Buffer<Float>, evenBorder: Int?)] = [:]
  /// Partial sums for the ledger, one launch after another, each of as many entries as the pass has; nil where none are made.
  let partials: Buffer<SIMD8<Float>>?
  private let statistics: ImageStatistics

  /// Plans the backward pass, makes the modified weights ρ(w), and takes its memory.
  ///
  /// - Throws: `ComputeError.insufficientMemory` where network and plan together are beyond the device.
  public init(_ network: DeviceNetwork, rules: RuleTable, options: PropagationOptions = .init()) throws {
    self.network = network
    self.rules = rules
    self.options = options
    let engine = network.engine
    let plan = try Self.plan(for: network, rules: rules, options: options)
    (steps, tensors, relevanceTensors, startTensor) = (plan.steps, plan.tensors, plan.relevance, plan.start)
    factors = plan.factors
    stepLabels = steps.labels(in: network.network)
    bytes = plan.bytes(images: network.batch, targets: options.targets)
    arena = Arena(tensors, images: network.batch, targets: options.targets)

    statistics = try ImageStatistics(images: network.batch, on: engine)
    let most =
      options.targets == 1
      ? 0
      : DeviceNetwork.scratchCount(
        of: network.network, batch: network.batch * options.targets, on: engine)
    let scratch =
      most > 0 ? try Buffer<Float>(count: most, on: engine.queue, for: "intermediate values") : network.scratch
    parts = PartStore(network, scratch: scratch)
    let sums = steps.counts.count * network.batch * options.targets * Engine.chunks
    partials = sums == 0 ? nil : try Buffer(count: sums, on: engine.queue, for: "ledger")
    for (index, size) in arena.sizes.enumerated() {
      slots.append(try Buffer(count: size, on: engine.queue, for: "relevance, slot \(index)"))
    }
    for step in steps { try prepare(step) }
    for factor in factors { try prepare(factor) }
  }

  /// Number of launches of one pass in plain kernels; a fast form may take two for one, or one for two.
  public var launchCount: Int { steps.reduce(0) { $0 + $1.launches(in: network.network) } }

  /// - Throws: `ComputeError.insufficientMemory`.
  private static func plan(
    for network: DeviceNetwork, rules: RuleTable, options: PropagationOptions
  ) throws -> FusedPlan {
    let engine = network.engine
    let available = engine.device.globalMemory
    let chosen = FusedPlan.fitting(
      network.network, rules: rules, options: options, on: engine, memory: available, makes: network.makes)
    let needed = network.bytes + chosen.bytes(images: network.batch, targets: options.targets)
    guard available == 0 || needed <= available else {
      throw ComputeError.insufficientMemory(
        what: "explaining with a batch of \(network.batch) and \(options.targets) target(s)", needed: needed,
        available: available, remedy: "use a smaller batch or image, or fewer targets at once")
    }
    return chosen
  }

  // MARK: preparation, once

  private func prepare(_ step: Step) throws {
    switch step {
    case .apply(let node, let term, _, _, _, _):
      _ = try parts.parameters(node, weight: term.weight, bias: term.bias)
      if case .constant(let values) = term.activation { try parts.preparePlanes(node, values) }
    case .transpose(let node, let weight, _, _, _, _, let product):
      _ = try parts.parameters(node, weight: weight, bias: .none)
      if case .constant(let values)? = product?.activation { try parts.preparePlanes(node, values) }
    case .product(let product, let node, _, _):
      if case .constant(let values) = product.activation { try parts.preparePlanes(node, values) }
    case .filter(let mask, _, _): _ = try parts.mask(mask)
    case .count(let count):
      if count.bias != .none { _ = try parts.parameters(count.node, weight: .all, bias: count.bias) }
    case .shiftedOutput(let node, let constants, let withoutBias, let z, _):
      try prepareConstant(node, constants, withoutBias: withoutBias, for: z)
    case .biasShare(let node, _, _, let bias, _, _): _ = try parts.parameters(node, weight: .all, bias: bias)
    default: break
    }
  }

  private func prepare(_ factor: Factor) throws {
    let index = network.network.nodes.firstIndex { $0.name == factor.node }!
    let count = network.network.shapes[factor.node]!.count * network.batch
    try network.factors.install(
      factor, layer: parts.view(index).layer,
      parameters: parts.parameters(index, weight: factor.weight, bias: factor.bias)
    ) { try Buffer(count: count, on: network.engine.queue, for: "factors of \(factor.node)") }
  }

  /// Σ of the terms that no image changes, less the bias where z has none.
  private func prepareConstant(
    _ index: Int, _ terms: [Share.Term], withoutBias: Bool, for z: TensorID
  ) throws {
    let node = network.network.nodes[index]
    let shapes = network.shapes(of: node)
    let constant = try Buffer<Float>(count: shapes.output.count, on: network.engine.queue, for: "constant denominator")
    let all = terms + (withoutBias ? [Share.Term(.constant([0]), .all, .all, coefficient: -1)] : [])
    for (position, term) in all.enumerated() {
      guard case .constant(let values) = term.activation else { preconditionFailure("a term of the image") }
      try parts.preparePlanes(index, values)
      let operands = try zip(shapes.inputs, node.inputs).map { try parts.operand($0, $1, term.activation) }
      try parts.view(index).layer.apply(
        operands, parts.parameters(index, weight: term.weight, bias: term.bias), for: .denominators(bounded: false),
        finish: Finish(coefficient: term.coefficient, accumulate: position > 0), into: constant, shapes: shapes,
        batch: 1, on: network.engine)
    }
    constants[z] = (constant, try parts.view(index).layer.evenBorder(shapes))
  }

  // MARK: one pass

  /// Propagates relevance from the output to the input.
  ///
  /// - Parameter start: relevance at the output, `[N · targets, …]`: the targets of image 0, then those of image 1.
  /// - Throws: `ComputeError`; `RelevanceError` where a layer's relevance is not finite (needs the ledger).
  /// - Precondition: `trace` is the network's latest.
  public func propagate(_ trace: Trace, from start: Tensor) throws -> Relevance {
    let ledger = try run(trace, from: start)
    let entries = trace.count * options.targets
    return Relevance(
      input: try read(network.network.inputName, entries), layers: try readLayers(entries: entries), ledger: ledger)
  }

  /// `propagate`, with all relevance left on the device; returns the ledger alone, where it is counted.
  package func run(_ trace: Trace, from start: Tensor) throws -> Ledger? {
    try enqueue(trace, from: start)
    return try readLedger(entries: trace.count * options.targets)
  }

  /// `run` without the ledger: its sums are left on the device too.
  func enqueue(_ trace: Trace, from start: Tensor) throws {
    let entries = trace.count * options.targets
    precondition(
      start.count == entries * network.network.outputShape.count,
      "start relevance \(start.shape) for \(trace.count) images with \(options.targets) target(s)")
    let output = Shape([entries] + network.network.outputShape.extents)
    try enqueue(trace) { try network.engine.queue.write(start.reshaped(output), to: $0) }
  }

  /// Enqueues a pass; nothing waits but what `start` does.
  ///
  /// - Parameter start: enqueues what writes the relevance at the output, channels last `[N · targets, …]`.
  /// - Precondition: `trace` is the network's latest.
  func enqueue(_ trace: Trace, start: (Buffer<Float>) throws -> Void) throws {
    precondition(trace.network === network, "a trace of another network")
    trace.requireCurrent()
    let pass = Pass(images: trace.count, entries: trace.count * options.targets)
    try start(buffer(startTensor))
    try network.complete(factors, images: pass.images)
    for (step, label) in zip(steps, stepLabels) { try network.engine.queue.labelled(label) { try run(step, pass) } }
  }

  /// The latest pass's ledger; nil where it is not counted.
  ///
  /// - Throws: `RelevanceError`, `ComputeError`.
  func readLedger(entries: Int) throws -> Ledger? {
    try partials.map { partials in
      try ledger(of: network.engine.queue.read(partials, count: partialCount(entries: entries)), entries: entries)
    }
  }

  /// How many partial sums a pass over `entries` entries leaves.
  func partialCount(entries: Int) -> Int { steps.counts.count * entries * Engine.chunks }

  /// The ledger of a pass over `entries` entries from its partial sums.
  ///
  /// - Throws: `RelevanceError` where a layer's relevance is not finite.
  func ledger(of partials: [SIMD8<Float>], entries: Int) throws -> Ledger {
    let size = entries * Engine.chunks
    var sums: [LedgerEntry: [LedgerSums]] = [:]
    for count in steps.counts {
      let found = LedgerSums.entries(entries, partials[count.slot * size..<(count.slot + 1) * size])
      for entry in count.entries { sums[entry] = found }
    }
    let ledger = Ledger(sums, network: network.network, rules: rules, entries: entries)
    if let broken = ledger.layers.first(where: { $0.nonFinite > 0 }) {
      throw RelevanceError(node: broken.node, rule: broken.rule, count: broken.nonFinite)
    }
    return ledger
  }

  /// The latest pass's relevance at the layers that are kept.
  func readLayers(entries: Int) throws -> [String: Tensor] {
    var layers: [String: Tensor] = [:]
    for name in relevanceTensors.keys where options.keeps(name) { layers[name] = try read(name, entries) }
    return layers
  }

  /// The latest pass's relevance at the input, channels last `[N · targets, H, W, C]`, until the next pass; nil where the
  /// rules let none reach it.
  package var inputRelevance: Buffer<Float>? { relevanceTensors[network.network.inputName].map(buffer) }

  private struct Pass {
    let images: Int
    let entries: Int
  }

  private func buffer(_ id: TensorID) -> Buffer<Float> { slots[arena.slot[id]] }

  private func buffer(_ source: Source) -> Buffer<Float> {
    switch source {
    case .activation(let name): network.activation(name)
    case .tensor(let id): buffer(id)
    }
  }

  private func read(_ name: String, _ entries: Int) throws -> Tensor {
    let shape = network.network.shapes[name]!
    guard let id = relevanceTensors[name] else {  // no relevance reaches the input
      return Tensor(repeating: 0, shape: Shape([entries] + shape.extents))
    }
    return try network.engine.queue.read(buffer(id), entries: entries, of: shape)
  }

  private func run(_ step: Step, _ pass: Pass) throws {
    let engine = network.engine
    let nodes = network.network.nodes
    let targets = Int32(options.targets)
    switch step {
    case .apply(let index, let term, let purpose, let z, let accumulate, let quotient):
      let shapes = network.shapes(of: nodes[index])
      let operands = try zip(shapes.inputs, nodes[index].inputs).map { try parts.operand($0, $1, term.activation) }
      try parts.view(index).layer.apply(
        operands, parts.parameters(index, weight: term.weight, bias: term.bias), for: purpose,
        finish: Finish(
          coefficient: term.coefficient, accumulate: accumulate,
          quotient: quotient.map { finish($0, other: buffer($0.relevance)) }),
        into: buffer(quotient?.into ?? z), shapes: shapes, batch: pass.images, on: engine)
    case .statistic(let z, let count, let kind):
      try statistics.make(kind, of: buffer(z), count: count, images: pass.images, on: engine)
    case .shiftedOutput(_, _, _, _, joined: true): break
    case .shiftedOutput(let index, _, _, let z, joined: false):
      let count = tensors[z].count
      try engine.launch(
        "shifted_output", grid: Grid(engine.vectors(count), pass.images), Int32(count),
        network.activation(nodes[index].name), constants[z]!.values, buffer(z))
    case .stackedTranspose(let index, let weights, let s, let input, let products):
      try parts.view(index).layer.stackedTranspose(
        buffer(s), parts.parameters(index, weight: .all, bias: .none),
        terms: zip(weights, products).map {
          StackedTerm(weight: $0, activation: $1.activation, coefficient: $1.coefficient)
        }, activation: network.activation(nodes[index].inputs[input]), targets: options.targets,
        accumulate: products[0].accumulate, into: buffer(products[0].into), shapes: network.shapes(of: nodes[index]),
        batch: pass.entries, on: engine)
    case .biasShare(let index, let s, let inputs, let bias, let coefficient, let t):
      let parameters = try parts.parameters(index, weight: .all, bias: bias)
      let shape = network.network.shapes[nodes[index].name]!
      try engine.launch(
        "bias_share", grid: Grid(engine.vectors(shape.count), pass.entries), Int32(shape.count), targets, buffer(s),
        buffer(inputs),
        parameters.bias!, parameters.biasMode.rawValue, Int32(shape[0]), coefficient, buffer(t))
    case .quotient(let quotient):
      let count = tensors[quotient.into].count
      try engine.launch(
        "quotient", grid: Grid(engine.vectors(count), pass.entries), Int32(count), targets, buffer(quotient.relevance),
        buffer(quotient.z), buffer(quotient.output), quotient.gate.rawValue, quotient.stabilizer.onDevice,
        statistics.values,
        buffer(quotient.into))
    case .transpose(let index, let weight, let s, let purpose, let input, let c, let product):
      let finish =
        try product.map { try self.finish($0, node: index, input: input) } ?? Finish(targets: options.targets)
      let layer = try parts.view(index).layer
      let parameters = try parts.parameters(index, weight: weight, bias: .none)
      let (target, shapes) = (buffer(product?.end ?? c), network.shapes(of: nodes[index]))
      switch s {
      case .tensor(let s):
        try layer.transpose(
          buffer(s), parameters, toInput: input, for: purpose, finish: finish, into: target, shapes: shapes,
          batch: pass.entries, on: engine)
      case .windows(let sent, _, let factor):
        try layer.transpose(
          SpreadWindows(
            windows: buffer(sent), factors: network.factors[factor].buffer, share: factor.share), parameters,
          for: purpose, finish: finish, into: target, shapes: shapes, batch: pass.entries, on: engine)
      }
    case .product(let product, let index, let input, let c):
      let name = nodes[index].inputs[input]
      let operand = try parts.operand(network.network.shapes[name]!, name, product.activation)
      let count = tensors[product.into].count
      try engine.launch(
        "product", grid: Grid(engine.vectors(count), pass.entries), Int32(count), targets, operand.buffer,
        Int32(operand.stride),
        operand.part, buffer(c), product.coefficient, Int32(product.accumulate ? 1 : 0), buffer(product.into))
    case .route(let index, let numbers, let sharingTies, let target, let accumulate, let product):
      guard let layer = nodes[index].layer as? MaxPooling else { preconditionFailure("not max pooling") }
      var finish = Finish(accumulate: accumulate, targets: options.targets)
      if let product { finish = try self.finish(product, node: index, input: 0) }
      try layer.route(
        buffer(numbers), activation: network.activation(nodes[index].inputs[0]), sharingTies: sharingTies,
        finish: finish, into: buffer(product?.end ?? target), shapes: network.shapes(of: nodes[index]),
        batch: pass.entries, on: engine)
    case .rectify(let index, let mode, let beta, let relevance, let target, let accumulate):
      try ReLU.backward(
        mode, beta: beta, buffer(relevance), activation: network.activation(nodes[index].inputs[0]),
        accumulate: accumulate, into: buffer(target), count: tensors[target].count, targets: options.targets,
        batch: pass.entries, on: engine)
    case .copy(let slice, let source, let target, let accumulate):
      try slice.copy(
        buffer(source), into: buffer(target), accumulate: accumulate, batch: pass.entries, on: engine)
    case .rearrange(let old, let new, let source, let target, let accumulate):
      try Reshape.rearrange(
        buffer(source), old, into: buffer(target), new, accumulate: accumulate, batch: pass.entries, on: engine)
    case .filter(let mask, let source, let target):
      let count = tensors[target].count
      try engine.launch(
        "filter_channels", grid: Grid(engine.vectors(count), pass.entries), Int32(count), Int32(mask.count),
        try parts.mask(mask),
        buffer(source), buffer(target))
    case .count(let count):
      try engine.count(
        launch(count), entries: pass.entries, first: count.slot * pass.entries * Engine.chunks, into: partials!)
    }
  }

  /// f, where it stands in the place of a.
  private func factorOperand(_ product: ProductStep) -> Operand? {
    product.factor.map { Operand(network.factors[$0].buffer, network.network.shapes[$0.node]!) }
  }

  /// Step 4 towards an input of a node, and step 2 of the layer below.
  private func finish(_ product: ProductStep, node: Int, input: Int) throws -> Finish {
    let name = network.network.nodes[node].inputs[input]
    var finish = Finish(
      product: try factorOperand(product) ?? parts.operand(network.network.shapes[name]!, name, product.activation),
      coefficient: product.coefficient, accumulate: product.accumulate, targets: options.targets)
    if let quotient = product.then {
      finish.quotient = self.finish(quotient, other: buffer(quotient.z))
      if product.keepsRelevance { finish.kept = buffer(product.into) }
    }
    return finish
  }

  private func finish(_ quotient: QuotientStep, other: Buffer<Float>) -> Finish.Quotient {
    Finish.Quotient(
      other: other, shift: quotient.shift.map { constants[$0]!.values },
      shiftBorder: quotient.shift.flatMap { constants[$0]!.evenBorder }, stabilizer: quotient.stabilizer,
      statistics: statistics.values, gate: quotient.gate, output: buffer(quotient.output))
  }

  private func launch(_ count: CountStep) throws -> LedgerLaunch {
    let nodes = network.network.nodes
    let source: LedgerLaunch.Relevance =
      switch count.source {
      case .none: .unread
      case .stored: .stored(buffer(count.relevance))
      case .quotient:
        .quotient(z: buffer(count.quotient!.z), shift: count.quotient!.shift.map { constants[$0]!.values })
      case .factor(let factor):
        .factor(a: network.activation(factor.output), f: network.factors[factor].buffer)
      case .product(let name): .product(c: buffer(count.relevance), a: network.activation(name))
      }
    let shape = network.network.shapes[nodes[count.node].name]!
    let numbers = count.windows == nil ? tensors[count.quotient?.into ?? count.relevance].count : shape.count
    var launch = LedgerLaunch(
      count: numbers, targets: options.targets, relevance: source)
    launch.quotient = count.quotient.map {
      LedgerLaunch.Quotient(
        s: buffer(count.windows ?? $0.into), stabilizer: $0.stabilizer, statistics: statistics.values, gate: $0.gate,
        output: buffer($0.output), spread: count.windows == nil ? nil : shape)
    }
    if case .factor(let factor) = count.source { launch.quotient?.share = factor.share }
    if count.bias != .none {
      let parameters = try parts.parameters(count.node, weight: .all, bias: count.bias)
      launch.channels = shape[0]
      launch.bias = parameters.bias.map {
        LedgerLaunch.Bias(values: $0, mode: parameters.biasMode, coefficient: count.coefficient)
      }
    }
    launch.units = count.idle.map { network.activation(nodes[$0].name) }
    return launch
  }
}
