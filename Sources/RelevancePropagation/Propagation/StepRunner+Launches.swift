internal import Compute
internal import KernelSources

extension StepRunner {
  /// Enqueues one step of a pass over some images, `entries` relevance vectors together.
  func run(_ step: Step, images: Int, entries: Int) throws {
    switch step {
    case .apply(let step): try run(step, images: images)
    case .shiftedOutput(let step): try run(step, images: images)
    case .statistic(let z, let count, let kind):
      try statistics.make(kind, of: buffer(z), count: count, images: images, on: network.engine)
    case .quotient(let step): try run(step, entries: entries)
    case .transpose(let step): try run(step, entries: entries)
    case .product(let step, let node, let input, let c):
      try run(step, node: node, input: input, c: buffer(c), entries: entries)
    case .stackedTranspose(let step): try run(step, entries: entries)
    case .biasShare(let step): try run(step, entries: entries)
    case .route(let step): try run(step, entries: entries)
    case .rectify(let step): try run(step, entries: entries)
    case .copy(let slice, let source, let target, let accumulate):
      try slice.copy(
        buffer(source), into: buffer(target), accumulate: accumulate, batch: entries, on: network.engine)
    case .rearrange(let old, let new, let source, let target, let accumulate):
      try Reshape.rearrange(
        buffer(source), old, into: buffer(target), new, accumulate: accumulate, batch: entries, on: network.engine)
    case .filter(let mask, let source, let target):
      let count = tensors[target].count
      try network.engine.launch(
        "filter_channels", grid: Grid(network.engine.vectors(count), entries), Int32(count), Int32(mask.count),
        try parts.mask(mask), buffer(source), buffer(target))
    case .count(let step):
      try network.engine.count(
        launch(step), entries: entries, first: step.slot * entries * Engine.chunks, into: partials!)
    }
  }

  private func node(_ index: Int) -> Network.Node { network.network.nodes[index] }

  private func run(_ step: ApplyStep, images: Int) throws {
    let shapes = network.shapes(of: node(step.node))
    let operands = try zip(shapes.inputs, node(step.node).inputs).map {
      try parts.operand($0, $1, step.term.activation)
    }
    try parts.view(step.node).layer.apply(
      operands, parts.parameters(step.node, weight: step.term.weight, bias: step.term.bias), for: step.pass,
      finish: Finish(
        coefficient: step.term.coefficient, accumulate: step.accumulate,
        quotient: step.then.map { finish($0, other: buffer($0.relevance)) }),
      into: buffer(step.then?.into ?? step.into), shapes: shapes, batch: images, on: network.engine)
  }

  private func run(_ step: ShiftedOutputStep, images: Int) throws {
    guard !step.joined else { return }
    let (engine, count) = (network.engine, tensors[step.into].count)
    try engine.launch(
      "shifted_output", grid: Grid(engine.vectors(count), images), Int32(count),
      network.activation(node(step.node).name), constants[step.into]!.values, buffer(step.into))
  }

  private func run(_ step: QuotientStep, entries: Int) throws {
    let (engine, count) = (network.engine, tensors[step.into].count)
    try engine.launch(
      "quotient", grid: Grid(engine.vectors(count), entries), Int32(count), Int32(options.targets),
      buffer(step.relevance), buffer(step.z), buffer(step.output), step.gate.rawValue, step.stabilizer.onDevice,
      statistics.values, buffer(step.into))
  }

  private func run(_ step: TransposeStep, entries: Int) throws {
    let finish =
      try step.then.map { try self.finish($0, node: step.node, input: step.input) } ?? Finish(targets: options.targets)
    let layer = try parts.view(step.node).layer
    let parameters = try parts.parameters(step.node, weight: step.weight, bias: .none)
    let (target, shapes) = (buffer(step.then?.end ?? step.into), network.shapes(of: node(step.node)))
    switch step.s {
    case .tensor(let s):
      try layer.transpose(
        buffer(s), parameters, toInput: step.input, for: step.pass, finish: finish, into: target, shapes: shapes,
        batch: entries, on: network.engine)
    case .windows(let sent, _, let factor):
      try layer.transpose(
        SpreadWindows(windows: buffer(sent), factors: network.factors[factor].buffer, share: factor.share), parameters,
        for: step.pass, finish: finish, into: target, shapes: shapes, batch: entries, on: network.engine)
    }
  }

  private func run(
    _ step: ProductStep, node index: Int, input: Int, c: Buffer<Float>, entries: Int
  ) throws {
    let (engine, count, name) = (network.engine, tensors[step.into].count, node(index).inputs[input])
    let operand = try parts.operand(network.network.shapes[name]!, name, step.activation)
    try engine.launch(
      "product", grid: Grid(engine.vectors(count), entries), Int32(count), Int32(options.targets), operand.buffer,
      Int32(operand.stride), operand.part, c, step.coefficient, Int32(step.accumulate ? 1 : 0), buffer(step.into))
  }

  private func run(_ step: StackedTransposeStep, entries: Int) throws {
    let terms = zip(step.weights, step.products).map {
      StackedTerm(weight: $0, activation: $1.activation, coefficient: $1.coefficient)
    }
    try parts.view(step.node).layer.stackedTranspose(
      buffer(step.s), parts.parameters(step.node, weight: .all, bias: .none), terms: terms,
      activation: network.activation(node(step.node).inputs[step.input]), targets: options.targets,
      accumulate: step.products[0].accumulate, into: buffer(step.products[0].into),
      shapes: network.shapes(of: node(step.node)), batch: entries, on: network.engine)
  }

  private func run(_ step: BiasShareStep, entries: Int) throws {
    let (engine, shape) = (network.engine, network.network.shapes[node(step.node).name]!)
    let parameters = try parts.parameters(step.node, weight: .all, bias: step.bias)
    try engine.launch(
      "bias_share", grid: Grid(engine.vectors(shape.count), entries), Int32(shape.count), Int32(options.targets),
      buffer(step.s), buffer(step.inputs), parameters.bias!, parameters.biasMode.rawValue, Int32(shape[0]),
      step.coefficient, buffer(step.into))
  }

  private func run(_ step: RouteStep, entries: Int) throws {
    guard let layer = node(step.node).layer as? MaxPooling else { preconditionFailure("not max pooling") }
    let finish =
      try step.then.map { try self.finish($0, node: step.node, input: 0) }
      ?? Finish(accumulate: step.accumulate, targets: options.targets)
    try layer.route(
      buffer(step.relevance), activation: network.activation(node(step.node).inputs[0]), sharingTies: step.sharingTies,
      finish: finish, into: buffer(step.then?.end ?? step.into), shapes: network.shapes(of: node(step.node)),
      batch: entries, on: network.engine)
  }

  private func run(_ step: RectifyStep, entries: Int) throws {
    try ReLU.backward(
      step.mode, beta: step.beta, buffer(step.relevance), activation: network.activation(node(step.node).inputs[0]),
      accumulate: step.accumulate, into: buffer(step.into), count: tensors[step.into].count, targets: options.targets,
      batch: entries, on: network.engine)
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
}
