/// Steps joined into one launch where a layer's kernels can finish their sums in registers.
///
/// R = ρ(a) ⊙ c and s = R / stab(z) are element by element: done where c leaves the matrix product they cost no launch and
/// no trip through memory, and R itself is formed only where somebody reads it. Joined are
///
///     step 1, step 2                      a denominator made for one quotient
///     step 3, step 4                      relevance of an input
///     step 3, step 4, step 2 of below     the next layer's s at once, z read as it is or with a constant added
///     winner-take-all, the same           c goes the way of R: the winner's a is the pooling's, so R' = a ⊙ c there too
///     a pooling back, step 3 of below     s of below is formed as the layer below reads it
///
/// The numbers are the same to the bit: the same operations in the same order. Only where the forward pass can make
/// f = a / stab(z) (`Factor`) are they associated otherwise: c ⊙ f for (c ⊙ a) / stab(z).
struct StepFusion {
  /// Tensors that are needed whether a step reads them or not: relevance that is asked for.
  let wanted: Set<TensorID>
  /// Relevance vectors of one image.
  let targets: Int
  /// Whether the layer of a node can finish sums.
  let finishes: (Int) -> Bool

  /// Whether the max pooling of a node can finish what it sends to its winners.
  let routes: (Int) -> Bool

  /// Whether a node pools windows of 2 × 2 pixels side by side.
  let hasPairs: (Int) -> Bool

  /// Whether the layer of a node forms s of such windows where its transpose reads it.
  let spreads: (Int, Pass) -> Bool

  /// Whether the forward pass can make this factor, of a max pooling's winners alone.
  let masks: (Factor) -> Bool

  /// A node's name.
  let name: (Int) -> String

  /// Denominators whose factors the forward pass can make.
  let factors: [TensorID: Factor]

  /// Whether input number `input` of a node, read as this part, is that node's output, number for number.
  let reads: (String, ActivationPart, Int, Int) -> Bool

  /// Whether the layer of a node makes several terms' sums as channels side by side.
  let stacks: (Int, [WeightPart]) -> Bool

  func fused(_ steps: [Step]) -> [Step] {
    spreadWindows(settleCounts(joinDenominators(carryFactors(joinProducts(passWinners(stackTransposes(steps)))))))
  }

  /// The factors that steps read.
  static func factors(in steps: [Step]) -> [Factor] {
    steps.flatMap { step -> [Factor] in
      let carried = [step.product?.factor].compactMap { $0 }
      guard case .transpose(let step) = step, case .windows(_, _, let factor) = step.s else { return carried }
      return [factor] + carried
    }
  }

  /// R = a ⊙ c and s = R / stab(z) become s = f ⊙ c, where nobody reads R and the step that makes z has no other reader.
  private func carryFactors(_ steps: [Step]) -> [Step] {
    let uses = uses(steps)
    var made: Set<TensorID> = []
    let result = steps.map { step in
      guard var product = step.product, let (node, input) = step.productInput, let quotient = product.then,
        case .tensor(let z) = quotient.z, uses[z] == 2, let factor = factors[z],
        !product.keepsRelevance, !product.accumulate, reads(factor.output, product.activation, node, input)
      else { return step }
      made.insert(z)
      product.factor = factor
      product.into = quotient.into
      product.then = nil
      product.keepsRelevance = true
      var step = step
      step.product = product
      return step
    }
    return result.filter { if case .apply(let step) = $0, step.then == nil { !made.contains(step.into) } else { true } }
  }

  /// Behind a max pooling R = a ⊙ c and its way to the winners become the way of c, and R' = a ⊙ c at the pooling's input,
  /// where nobody else reads R.
  private func passWinners(_ steps: [Step]) -> [Step] {
    let uses = uses(steps)
    var result = steps
    var formed: Set<Int> = []
    for index in steps.indices.dropLast() {
      guard let (transpose, product) = pair(steps, at: index, uses), uses[product.into] == 2,
        !wanted.contains(product.into), product.coefficient == 1, !product.accumulate
      else { continue }
      var next = index + 2
      while next < steps.count, case .count(let count) = steps[next], count.relevance == product.into { next += 1 }
      guard next < steps.count, case .route(var route) = steps[next], route.relevance == product.into,
        !route.accumulate, route.then == nil, routes(route.node),
        reads(name(route.node), product.activation, transpose.node, transpose.input)
      else { continue }
      route.relevance = transpose.into
      route.then = ProductStep(activation: .all, coefficient: 1, into: route.into, accumulate: false)
      result[next] = .route(route)
      for position in index + 2..<next {
        guard case .count(var count) = steps[position] else { continue }
        count.relevance = transpose.into
        count.source = .product(with: name(route.node))
        result[position] = .count(count)
      }
      formed.insert(index + 1)
    }
    return result.indices.filter { !formed.contains($0) }.map { result[$0] }
  }

  /// s = f ⊙ (what windows send back as averages, or to their winners) is formed where the transpose of the layer below reads
  /// it, if nobody else but the ledger does, which forms it too.
  private func spreadWindows(_ steps: [Step]) -> [Step] {
    var result = steps
    var formed: Set<Int> = []
    for (index, step) in steps.enumerated() {
      guard let (pooling, sent, product, factor) = pooled(step), product.then == nil, product.coefficient == 1,
        !product.accumulate, !wanted.contains(product.into)
      else { continue }
      let touching = steps.indices.filter { $0 != index && steps[$0].tensors.contains(product.into) }
      let counts = touching.filter {
        if case .count(let count) = steps[$0], case .factor = count.source { true } else { false }
      }
      guard touching.count == counts.count + 1, let reader = touching.first(where: { !counts.contains($0) }),
        case .transpose(var transpose) = steps[reader], case .tensor(product.into) = transpose.s,
        spreads(transpose.node, transpose.pass)
      else { continue }
      transpose.s = .windows(sent, of: pooling, factor: factor)
      result[reader] = .transpose(transpose)
      for position in counts {
        guard case .count(var count) = steps[position] else { continue }
        count.windows = sent
        count.source = .factor(factor)
        result[position] = .count(count)
      }
      formed.insert(index)
    }
    return result.indices.filter { !formed.contains($0) }.map { result[$0] }
  }

  /// The node of a pooling that sends something back with the factor of the layer below, what it sends, and that factor.
  private func pooled(_ step: Step) -> (node: Int, sent: TensorID, product: ProductStep, factor: Factor)? {
    guard let product = step.product, var factor = product.factor else { return nil }
    switch step {
    case .transpose(let step) where step.weight == .all && hasPairs(step.node):
      guard case .tensor(let sent) = step.s else { return nil }
      return (step.node, sent, product, factor)
    case .route(let step) where !step.sharingTies && !step.accumulate && hasPairs(step.node):
      factor.winners = name(step.node)
      return masks(factor) ? (step.node, step.relevance, product, factor) : nil
    default: return nil
    }
  }

  private func stackTransposes(_ steps: [Step]) -> [Step] {
    let uses = uses(steps)
    var result: [Step] = []
    var index = 0
    while index < steps.count {
      var stack: StackedTransposeStep?
      var next = index
      while let (transpose, product) = pair(steps, at: next, uses), case .tensor(let s) = transpose.s,
        product.activation.isLinear,
        stack.map({ $0.node == transpose.node && $0.s == s && $0.input == transpose.input }) ?? true
      {
        stack = stack ?? StackedTransposeStep(node: transpose.node, s: s, input: transpose.input)
        stack?.weights.append(transpose.weight)
        stack?.products.append(product)
        next += 2
      }
      if let stack, stack.weights.count > 1, stacks(stack.node, stack.weights) {
        result.append(.stackedTranspose(stack))
        index = next
      } else {
        result.append(steps[index])
        index += 1
      }
    }
    return result
  }

  /// Sums for the ledger read what is there: R where it is formed, else s and what it was divided by. Only where that does not
  /// tell R is R formed for them.
  private func settleCounts(_ steps: [Step]) -> [Step] {
    var carried: [TensorID: Factor] = [:]
    var joined: [TensorID: QuotientStep] = [:]
    for product in steps.compactMap(\.product) {
      if let factor = product.factor { carried[product.into] = factor }
      if let quotient = product.then, !product.keepsRelevance { joined[quotient.into] = quotient }
    }
    var read: Set<TensorID> = []
    let settled = steps.map { step in
      guard case .count(var count) = step, case .stored = count.source else { return step }
      if let s = count.quotient?.into, let factor = carried[s] {
        count.source = .factor(factor)
      } else if let s = count.quotient?.into, let quotient = joined[s], count.isRestorable {
        count.source = .quotient
        count.quotient = quotient
      } else {
        read.insert(count.relevance)
      }
      return .count(count)
    }
    return settled.map { step in
      guard let product = step.product, product.then != nil, read.contains(product.into) else { return step }
      var step = step
      step.product?.keepsRelevance = true
      return step
    }
  }

  /// The transpose that is step number `index` and the product behind it, where nobody else reads c.
  private func pair(
    _ steps: [Step], at index: Int, _ uses: [TensorID: Int]
  ) -> (transpose: TransposeStep, product: ProductStep)? {
    guard index + 1 < steps.count, case .transpose(let transpose) = steps[index], transpose.then == nil,
      case .product(let product, transpose.node, transpose.input, transpose.into) = steps[index + 1],
      uses[transpose.into] == 2
    else { return nil }
    return (transpose, product)
  }

  /// How often a tensor is read or written, by others than the ledger: it changes no other step.
  private func uses(_ steps: [Step]) -> [TensorID: Int] {
    var uses: [TensorID: Int] = [:]
    for step in steps {
      if case .count = step { continue }
      for id in Set(step.tensors) { uses[id, default: 0] += 1 }
    }
    return uses
  }

  /// One entry a target cannot leave a launch with one entry an image.
  private func joinDenominators(_ steps: [Step]) -> [Step] {
    let uses = uses(steps)
    var result: [Step] = []
    var index = 0
    while index < steps.count {
      if index + 1 < steps.count, case .apply(var apply) = steps[index], !apply.accumulate, apply.then == nil,
        case .quotient(let quotient) = steps[index + 1], case .tensor(apply.into) = quotient.z, uses[apply.into] == 2,
        targets == 1, quotient.stabilizer.relative == 0, finishes(apply.node)
      {
        apply.then = quotient
        result.append(.apply(apply))
        index += 2
      } else {
        result.append(steps[index])
        index += 1
      }
    }
    return result
  }

  private func joinProducts(_ steps: [Step]) -> [Step] {
    let uses = uses(steps)
    var result: [Step] = []
    var index = 0
    while index < steps.count {
      var step = steps[index]
      if let (transpose, product) = pair(steps, at: index, uses), product.activation.isLinear,
        finishes(transpose.node)
      {
        step.product = product
        index += 1
      }
      index += 1
      guard var product = step.product else {
        result.append(step)
        continue
      }
      // Behind the product stand the denominator's own steps, which do not read it: they come first instead.
      var before: [Step] = []
      var next = index
      scan: while next < steps.count {
        switch steps[next] {
        case .apply, .statistic, .shiftedOutput: before.append(steps[next])
        default: break scan
        }
        next += 1
      }
      if next < steps.count, case .quotient(let quotient) = steps[next], quotient.relevance == product.into {
        product.then = joinShift(&before, quotient, uses)
        // Written by the product, read by the quotient; by others only where it is filtered or asked for.
        product.keepsRelevance =
          wanted.contains(product.into) || uses[product.into]! > 2 || product.accumulate
        index = next + 1
        result += before
        step.product = product
      }
      result.append(step)
    }
    return result
  }

  /// The quotient with z = output + constant added where it reads the output, where nobody else reads z.
  private func joinShift(_ before: inout [Step], _ quotient: QuotientStep, _ uses: [TensorID: Int]) -> QuotientStep {
    guard case .tensor(let z) = quotient.z, uses[z] == 2 else { return quotient }
    var quotient = quotient
    for (index, step) in before.enumerated() {
      guard case .shiftedOutput(var shifted) = step, shifted.into == z, !shifted.joined else { continue }
      shifted.joined = true
      before[index] = .shiftedOutput(shifted)
      (quotient.z, quotient.shift) = (quotient.output, z)
    }
    return quotient
  }
}

extension ActivationPart {
  /// Whether the kernels' epilogue reads it: no powers.
  fileprivate var isLinear: Bool { if case .power = self { false } else { true } }
}
