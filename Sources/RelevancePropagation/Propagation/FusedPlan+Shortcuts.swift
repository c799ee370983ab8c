extension FusedPlan {
  /// Work at a node that is left out or done on the way, in words.
  ///
  /// - Parameters:
  ///   - steps: those of the node.
  ///   - targets: relevance vectors of an image.
  func shortcuts(of index: Int, _ steps: [Step], targets: Int) -> [String] {
    let ofNode = factors.filter { $0.node == name(of: index) }
    var result: [String] = []
    func note(_ text: String) { if !result.contains(text) { result.append(text) } }
    for factor in ofNode {
      note(factor.winners == nil ? "a / z made with a" : "a / z of the pooling's winners made with a")
      if sharesTransform(index) { note("z a second sum of the same transformed input") }
    }
    func noteQuotient(_ quotient: QuotientStep) {
      if case .activation = quotient.z { note("z is the stored output") }
    }
    for step in steps {
      switch step {
      case .quotient(let quotient): noteQuotient(quotient)
      case .shiftedOutput: note("z is the stored output and a constant")
      case .apply(let step):
        if let quotient = step.then {
          noteQuotient(quotient)
          note("s with z")
        } else if step.pass == .denominators(bounded: true) {
          note("z bounded: may round like z of the forward pass")
        }
      case .transpose(let step):
        if case .windows = step.s { note("s of the pooling's where it is read") }
        step.then.map(product)?.forEach(note)
      case .route(let step):
        guard let then = step.then else { break }
        note("c, not R, to the winners")
        product(then).forEach(note)
      case .stackedTranspose(let step): note("\(step.weights.count) transposes in one")
      default: break
      }
    }
    if targets > 1, !ofNode.isEmpty || steps.contains(where: makesDenominator) { note("one z for all targets") }
    if spreading(index) != nil { note("back in the layer below") }
    return result
  }

  /// What a launch makes behind c.
  private func product(_ product: ProductStep) -> [String] {
    let made =
      product.factor != nil
      ? "s of below is c · its a / z"
      : product.then == nil ? "R with c" : product.keepsRelevance ? "R and s of below with c" : "s of below with c"
    guard let quotient = product.then, case .activation = quotient.z else { return [made] }
    return [made, "below: z is the stored output\(quotient.shift == nil ? "" : " and a constant")"]
  }

  /// Whether a step makes a denominator of the image, which all its targets divide by.
  private func makesDenominator(_ step: Step) -> Bool {
    if case .apply(let step) = step { !tensors[step.into].perTarget } else { false }
  }
}
