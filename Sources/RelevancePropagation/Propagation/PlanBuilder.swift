/// Turns a network and its rules into the steps of the backward pass.
///
/// Nodes are visited from the output to the input. A node's relevance is the sum of what its consumers send it: the first
/// writes, the others add. Where relevance passes unchanged to a node with one consumer, both share one tensor.
struct PlanBuilder {
  let network: Network
  let rules: RuleTable
  let options: PropagationOptions

  private(set) var steps: [Step] = []
  private(set) var tensors: [TensorPlan] = []
  /// Tensor that holds the relevance at each node's output (and at the input).
  private(set) var relevance: [String: TensorID] = [:]
  /// Which steps each node takes.
  private(set) var stepsOfNode: [Int: Range<Int>] = [:]
  /// Tensor the start relevance is written to; a filter at the output reads it.
  private(set) var start: TensorID = 0
  /// Denominators that a forward pass may divide by: then it makes f = a / stab(z), and z is not kept.
  private(set) var factors: [TensorID: Factor] = [:]
  private var counts = PendingCounts()
  private var consumers: [String: Int] = [:]
  let nonNegative: Set<String>
  let vanishing: VanishingRelevance

  init(network: Network, rules: RuleTable, options: PropagationOptions) {
    self.network = network
    self.rules = rules
    self.options = options
    for node in network.nodes { for input in node.inputs { consumers[input, default: 0] += 1 } }
    nonNegative = network.nonNegativeNodes
    vanishing = VanishingRelevance(network, rules: rules)
  }

  mutating func build() {
    start = tensor(network.outputShape.count, perTarget: true)
    relevance[network.outputName] = start
    for index in network.nodes.indices.reversed() {
      let node = network.nodes[index]
      guard let incoming = relevance[node.name] else { continue }  // no path of relevance reaches it
      ask(.incoming, of: incoming, at: index)
      let first = steps.count
      let passed = filter(incoming, at: index)
      if node.layer is ReLU, case .pass = rules[node.name].propagation {  // gradients may end there
        ask(.idle, of: passed, at: index, idle: !vanishing.contains(node.name))
      }
      send(passed, from: index)
      stepsOfNode[index] = first..<steps.count
    }
    for step in counts.takeAll() { add(.count(step)) }
    keepAlive()
  }

  // MARK: one node

  /// What the filters of a node let through. A tensor of its own: the unfiltered one may be a consumer's too.
  private mutating func filter(_ incoming: TensorID, at index: Int) -> TensorID {
    let node = network.nodes[index]
    let filters = options.filters.filter { $0.layer == node.name }
    guard !filters.isEmpty else { return incoming }
    let shape = network.shapes[node.name]!
    let mask = filters.map { $0.mask(count: shape[0]) }.reduce([Float](repeating: 1, count: shape[0])) {
      zip($0, $1).map { $0 * $1 }
    }
    let passed = tensor(shape.count, perTarget: true)
    count(incoming)
    add(.filter(mask: mask, from: incoming, into: passed))
    ask(.filtered, of: passed, at: index)
    relevance[node.name] = passed
    return passed
  }

  private mutating func send(_ incoming: TensorID, from index: Int) {
    let node = network.nodes[index]
    switch rules[node.name].propagation {
    case .shares(let shares, let stabilizer):
      // Behind a rectifier that passes no relevance where it is off, a gate on negative outputs is shut for all of it,
      // and one on positive outputs is open.
      let vanishes = vanishing.rectifier(behind: node) != nil
      let numbers = shares.indices.filter {
        !terms(of: shares[$0], at: node).isEmpty && !(vanishes && shares[$0].gate == .negativeOutput)
      }
      for number in numbers {
        var share = shares[number]
        if vanishes { share.gate = .always }
        send(
          incoming, from: index, share: share, number: number, stabilizer: stabilizer,
          isFirst: number == numbers.first, isLast: number == numbers.last)
      }
      count(incoming)
    case .pass: pass(incoming, from: index)
    case .winnerTakesAll(let sharingTies): route(incoming, from: index, sharingTies: sharingTies)
    case .gradient: sendGradient(incoming, from: index)
    case .guidedGradient: rectify(incoming, from: index, .guided)
    case .deconvolution: rectify(incoming, from: index, .deconvolution)
    case .smoothGradient(let beta): rectify(incoming, from: index, .smooth, beta: beta)
    }
  }

  /// The four steps, for one share; `isFirst` and `isLast` of those the node has.
  private mutating func send(
    _ incoming: TensorID, from index: Int, share: Share, number: Int, stabilizer: Stabilizer, isFirst: Bool,
    isLast: Bool
  ) {
    let node = network.nodes[index]
    let outputCount = network.shapes[node.name]!.count
    let terms = terms(of: share, at: node)

    let bounded = isBounded(terms, at: node)

    // Step 1. The denominator of LRP-0 and ε is the stored output itself.
    let z: Source
    if terms.count == 1, terms[0].isPlain, !(node.layer is MaxPooling) {
      z = .activation(node.name)
    } else if let (constants, withoutBias) = shift(terms, at: node) {
      let sum = tensor(outputCount, perTarget: false)
      add(.shiftedOutput(ShiftedOutputStep(node: index, constants: constants, withoutBias: withoutBias, into: sum)))
      z = .tensor(sum)
    } else {
      let sum = tensor(outputCount, perTarget: false)
      for (position, term) in terms.enumerated() {
        add(
          .apply(
            ApplyStep(
              node: index, term: term, pass: .denominators(bounded: bounded), into: sum, accumulate: position > 0)))
      }
      z = .tensor(sum)
      if isFirst, isLast, bounded || isMean(terms, at: node) {
        factors[sum] = factor(share, terms[0], stabilizer: stabilizer, at: node)
      }
    }
    // Step 2.
    if stabilizer.relative != 0 { add(.statistic(of: z, count: outputCount, kind: stabilizer.statistic)) }
    let s = tensor(outputCount, perTarget: true)
    let quotient = QuotientStep(
      relevance: incoming, z: z, output: .activation(node.name), gate: share.gate, stabilizer: stabilizer, into: s)
    add(.quotient(quotient))
    if options.ledger { countAbsorbed(terms, of: index, share: share, number: number, quotient: quotient) }
    let biasShares = share.distributesBias ? distribute(terms, of: index, s: s, outputCount: outputCount) : []
    // Steps 3 and 4.
    for input in node.inputs.indices {
      let count = network.shapes[node.inputs[input]]!.count
      contribute(from: index, to: input, isFirst: isFirst, isLast: isLast) { builder, target, accumulates in
        for (position, term) in terms.enumerated() {
          let c = builder.tensor(count, perTarget: true)
          builder.add(
            .transpose(
              TransposeStep(
                node: index, weight: term.weight, s: .tensor(s), pass: .backward(bounded: bounded), input: input,
                into: c)))
          builder.add(
            .product(
              ProductStep(
                activation: term.activation, coefficient: share.weight * term.coefficient, into: target,
                accumulate: accumulates || position > 0), node: index, input: input, c: c))
        }
        for t in biasShares {
          let c = builder.tensor(count, perTarget: true)
          builder.add(
            .transpose(
              TransposeStep(
                node: index, weight: .one, s: .tensor(t), pass: .backward(bounded: false), input: input, into: c)))
          builder.add(
            .product(
              ProductStep(activation: .one, coefficient: share.weight, into: target, accumulate: true), node: index,
              input: input, c: c))
        }
      }
    }
  }

  /// What the ledger asks of relevance, and what a share's stabilizer and biases keep of it.
  private mutating func countAbsorbed(
    _ terms: [Share.Term], of index: Int, share: Share, number: Int, quotient: QuotientStep
  ) {
    let node = network.nodes[index]
    let isBiased = !share.distributesBias && (node.layer as? any LinearLayer)?.linearMap?.bias != nil
    for (position, term) in terms.enumerated() {
      let bias = isBiased ? term.bias : .none
      guard position == 0 || bias != .none else { continue }
      var step: CountStep
      if position == 0 {
        step = counts.take(quotient.relevance) ?? counts.make(index, quotient.relevance)
      } else {
        step = counts.make(index, quotient.relevance)
        step.source = .none
      }
      step.entries.append(
        LedgerEntry(node: index, kind: .absorbed(share: number, term: position, weight: share.weight)))
      (step.node, step.quotient) = (index, quotient)
      step.isRestorable = isRestorable(terms, quotient, at: node)
      (step.bias, step.coefficient) = (bias, term.coefficient)
      add(.count(step))
    }
  }

  /// What the bias of every term earned, per input of its unit.
  private mutating func distribute(
    _ terms: [Share.Term], of index: Int, s: TensorID, outputCount: Int
  ) -> [TensorID] {
    let layer = network.nodes[index].layer as? any LinearLayer
    let biased = terms.filter { $0.bias != .none }
    guard layer?.linearMap?.bias != nil, !biased.isEmpty else { return [] }
    let inputs = tensor(outputCount, perTarget: false)
    add(
      .apply(ApplyStep(node: index, term: .init(.one, .one), pass: .denominators(bounded: false), into: inputs)))
    return biased.map { term in
      let t = tensor(outputCount, perTarget: true)
      add(
        .biasShare(
          BiasShareStep(node: index, s: s, inputs: inputs, bias: term.bias, coefficient: term.coefficient, into: t)))
      return t
    }
  }

  private mutating func pass(_ incoming: TensorID, from index: Int) {
    let node = network.nodes[index]
    let output = network.shapes[node.name]!
    if node.layer is any PassingLayer, !network.sharesInput(node) {
      count(incoming)
      return contribute(from: index, to: 0) { builder, target, accumulates in
        builder.add(
          .rearrange(
            output, builder.network.shapes[node.inputs[0]]!, from: incoming, into: target, accumulate: accumulates))
      }
    }
    if node.inputs.count == 1, consumers[node.inputs[0]] == 1, relevance[node.inputs[0]] == nil {
      relevance[node.inputs[0]] = incoming
      return
    }
    count(incoming)
    let shapes = network.layerShapes(of: node)
    for input in node.inputs.indices {
      let slice = (node.layer as? Concatenation)?.slice(of: input, shapes) ?? .whole(output.count)
      contribute(from: index, to: input) { builder, target, accumulates in
        builder.add(.copy(slice: slice, from: incoming, into: target, accumulate: accumulates))
      }
    }
  }

  private mutating func route(_ incoming: TensorID, from index: Int, sharingTies: Bool) {
    count(incoming)
    contribute(from: index, to: 0) { builder, target, accumulates in
      builder.add(
        .route(
          RouteStep(
            node: index, relevance: incoming, sharingTies: sharingTies, into: target, accumulate: accumulates)))
    }
  }

  private mutating func rectify(
    _ incoming: TensorID, from index: Int, _ mode: ReLU.BackwardMode, beta: Float = 0
  ) {
    count(incoming)
    contribute(from: index, to: 0) { builder, target, accumulates in
      builder.add(
        .rectify(
          RectifyStep(
            node: index, mode: mode, beta: beta, relevance: incoming, into: target, accumulate: accumulates)))
    }
  }

  private mutating func sendGradient(_ incoming: TensorID, from index: Int) {
    let node = network.nodes[index]
    if node.layer is ReLU { return rectify(incoming, from: index, .gradient) }
    if node.layer is MaxPooling { return route(incoming, from: index, sharingTies: false) }
    guard node.layer is any LinearLayer else { return pass(incoming, from: index) }
    count(incoming)
    for input in node.inputs.indices {
      let count = network.shapes[node.inputs[input]]!.count
      contribute(from: index, to: input) { builder, target, accumulates in
        let c = accumulates ? builder.tensor(count, perTarget: true) : target
        builder.add(
          .transpose(
            TransposeStep(
              node: index, weight: .all, s: .tensor(incoming), pass: .backward(bounded: true), input: input, into: c)))
        if accumulates {
          builder.add(.copy(slice: .whole(count), from: c, into: target, accumulate: true))
        }
      }
    }
  }

  // MARK: bookkeeping

  /// Gives `body` the tensor of an input's relevance and whether something is there already, and counts what it adds:
  /// what is there before the node's first contribution and after its last.
  private mutating func contribute(
    from index: Int, to input: Int, isFirst: Bool = true, isLast: Bool = true,
    _ body: (inout PlanBuilder, TensorID, Bool) -> Void
  ) {
    let name = network.nodes[index].inputs[input]
    let existing = relevance[name]
    let target = existing ?? tensor(network.shapes[name]!.count, perTarget: true)
    relevance[name] = target
    if isFirst, existing != nil { ask(.before(input: input), of: target, at: index) }
    count(target)
    body(&self, target, existing != nil)
    if isLast { ask(.after(input: input), of: target, at: index) }
  }

  /// What the ledger will read of relevance as it is now.
  private mutating func ask(
    _ kind: LedgerEntry.Kind, of relevance: TensorID, at index: Int, idle: Bool = false
  ) {
    guard options.ledger else { return }
    counts.ask(LedgerEntry(node: index, kind: kind), of: relevance, idle: idle)
  }

  /// Counts what is asked of relevance before it changes, or where no quotient reads it.
  private mutating func count(_ relevance: TensorID) {
    if let step = counts.take(relevance) { add(.count(step)) }
  }

  private mutating func tensor(_ count: Int, perTarget: Bool) -> TensorID {
    tensors.append(TensorPlan(count: count, perTarget: perTarget, firstStep: steps.count, lastStep: steps.count))
    return tensors.count - 1
  }

  private mutating func add(_ step: Step) {
    steps.append(step)
  }

  /// What is asked for stays until the end.
  var wanted: Set<TensorID> {
    Set(relevance.filter { $0.key == network.inputName || options.keeps($0.key) }.values)
  }

  /// What is asked for stays until the end; the start relevance is there before the first step.
  private mutating func keepAlive() { tensors = tensors(of: steps) }

  /// The tensors with their lives in a list of steps; those that no step touches any more need no memory.
  func tensors(of steps: [Step]) -> [TensorPlan] {
    var result = tensors.map { TensorPlan(count: $0.count, perTarget: $0.perTarget, firstStep: .max, lastStep: -1) }
    for (index, step) in steps.enumerated() {
      for id in step.tensors {
        result[id].firstStep = min(result[id].firstStep, index)
        result[id].lastStep = index
      }
    }
    result[start].firstStep = -1
    for id in result.indices where result[id].firstStep == .max {
      result[id] = TensorPlan(count: 0, perTarget: false, firstStep: -1, lastStep: -1)
    }
    for id in wanted { result[id].lastStep = steps.count }
    return result
  }
}
