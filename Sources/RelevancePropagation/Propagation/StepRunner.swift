internal import Compute

/// The memory of one backward pass on the device and what is made once for all passes; runs its steps.
final class StepRunner {
  let network: DeviceNetwork
  let options: PropagationOptions
  let tensors: [TensorPlan]
  let parts: PartStore
  let statistics: ImageStatistics
  /// Denominators' constants, by the tensor they stand for.
  private(set) var constants: [TensorID: (values: Buffer<Float>, evenBorder: Int?)] = [:]
  /// Partial sums for the ledger, one launch after another, each of as many entries as the pass has; nil where none are made.
  let partials: Buffer<SIMD8<Float>>?
  private let arena: Arena
  private let slots: [Buffer<Float>]

  /// Takes the plan's memory, makes the modified weights ρ(w) and the constants.
  init(_ plan: FusedPlan, for network: DeviceNetwork, options: PropagationOptions) throws {
    self.network = network
    self.options = options
    tensors = plan.tensors
    let (engine, entries) = (network.engine, network.batch * options.targets)
    statistics = try ImageStatistics(images: network.batch, on: engine)
    let most =
      options.targets == 1 ? 0 : DeviceNetwork.scratchCount(of: network.network, batch: entries, on: engine)
    let scratch =
      most > 0 ? try Buffer<Float>(count: most, on: engine.queue, for: "intermediate values") : network.scratch
    parts = PartStore(network, scratch: scratch)
    let sums = plan.steps.counts.count * entries * Engine.chunks
    partials = sums == 0 ? nil : try Buffer(count: sums, on: engine.queue, for: "ledger")
    arena = Arena(tensors, images: network.batch, targets: options.targets)
    slots = try arena.sizes.enumerated().map { index, size in
      try Buffer(count: size, on: engine.queue, for: "relevance, slot \(index)")
    }
    for step in plan.steps { try prepare(step) }
    for factor in plan.factors { try prepare(factor) }
  }

  func buffer(_ id: TensorID) -> Buffer<Float> { slots[arena.slot[id]] }

  func buffer(_ source: Source) -> Buffer<Float> {
    switch source {
    case .activation(let name): network.activation(name)
    case .tensor(let id): buffer(id)
    }
  }

  // MARK: once

  private func prepare(_ step: Step) throws {
    switch step {
    case .apply(let step):
      _ = try parts.parameters(step.node, weight: step.term.weight, bias: step.term.bias)
      try prepare(step.term.activation, at: step.node)
    case .transpose(let step):
      _ = try parts.parameters(step.node, weight: step.weight, bias: .none)
      if let product = step.then { try prepare(product.activation, at: step.node) }
    case .product(let product, let node, _, _): try prepare(product.activation, at: node)
    case .filter(let mask, _, _): _ = try parts.mask(mask)
    case .count(let step):
      if step.bias != .none { _ = try parts.parameters(step.node, weight: .all, bias: step.bias) }
    case .shiftedOutput(let step): try prepareConstant(step)
    case .biasShare(let step): _ = try parts.parameters(step.node, weight: .all, bias: step.bias)
    default: break
    }
  }

  private func prepare(_ activation: ActivationPart, at node: Int) throws {
    if case .constant(let values) = activation { try parts.preparePlanes(node, values) }
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
  private func prepareConstant(_ step: ShiftedOutputStep) throws {
    let node = network.network.nodes[step.node]
    let shapes = network.shapes(of: node)
    let constant = try Buffer<Float>(count: shapes.output.count, on: network.engine.queue, for: "constant denominator")
    let bias = step.withoutBias ? [Share.Term(.constant([0]), .all, .all, coefficient: -1)] : []
    let layer = try parts.view(step.node).layer
    for (position, term) in (step.constants + bias).enumerated() {
      guard case .constant(let values) = term.activation else { preconditionFailure("a term of the image") }
      try parts.preparePlanes(step.node, values)
      let operands = try zip(shapes.inputs, node.inputs).map { try parts.operand($0, $1, term.activation) }
      try layer.apply(
        operands, parts.parameters(step.node, weight: term.weight, bias: term.bias),
        for: .denominators(bounded: false), finish: Finish(coefficient: term.coefficient, accumulate: position > 0),
        into: constant, shapes: shapes, batch: 1, on: network.engine)
    }
    constants[step.into] = (constant, layer.evenBorder(shapes))
  }
}
