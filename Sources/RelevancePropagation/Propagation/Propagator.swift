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
  private let factors: [Factor]
  /// Bytes of the backward pass beside the network's own: relevance, factors, and the modified weights.
  public let bytes: Int
  private let runner: StepRunner

  /// Plans the backward pass, makes the modified weights ρ(w), and takes its memory.
  ///
  /// - Throws: `ComputeError.insufficientMemory` where network and plan together are beyond the device.
  public init(_ network: DeviceNetwork, rules: RuleTable, options: PropagationOptions = .init()) throws {
    self.network = network
    self.rules = rules
    self.options = options
    let plan = try Self.plan(for: network, rules: rules, options: options)
    (steps, factors, relevanceTensors, startTensor) = (plan.steps, plan.factors, plan.relevance, plan.start)
    stepLabels = steps.labels(in: network.network)
    bytes = plan.bytes(images: network.batch, targets: options.targets)
    runner = try StepRunner(plan, for: network, options: options)
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
    let (images, entries) = (trace.count, trace.count * options.targets)
    try start(runner.buffer(startTensor))
    try network.complete(factors, images: images)
    for (step, label) in zip(steps, stepLabels) {
      try network.engine.queue.labelled(label) { try runner.run(step, images: images, entries: entries) }
    }
  }

  /// Partial sums for the ledger; nil where none are made.
  var partials: Buffer<SIMD8<Float>>? { runner.partials }

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
  package var inputRelevance: Buffer<Float>? { relevanceTensors[network.network.inputName].map(runner.buffer) }

  private func read(_ name: String, _ entries: Int) throws -> Tensor {
    let shape = network.network.shapes[name]!
    guard let id = relevanceTensors[name] else {  // no relevance reaches the input
      return Tensor(repeating: 0, shape: Shape([entries] + shape.extents))
    }
    return try network.engine.queue.read(runner.buffer(id), entries: entries, of: shape)
  }
}
