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
    for step in steps {
      if case .transpose(_, _, .windows, _, _, _, _) = step { note("s of the pooling's where it is read") }
      switch step {
      case .quotient(let quotient), .apply(_, _, _, _, _, let quotient?):
        if case .activation = quotient.z { note("z is the stored output") }
        if case .apply = step { note("s with z") }
      case .shiftedOutput: note("z is the stored output and a constant")
      case .apply(_, _, .denominators(bounded: true), _, _, _): note("z bounded: may round like z of the forward pass")
      case .transpose(_, _, _, _, _, _, let product?), .route(_, _, _, _, _, let product?):
        if case .route = step { note("c, not R, to the winners") }
        note(
          product.factor != nil
            ? "s of below is c · its a / z"
            : product.then == nil
              ? "R with c" : product.keepsRelevance ? "R and s of below with c" : "s of below with c")
        if let quotient = product.then, case .activation = quotient.z {
          note("below: z is the stored output\(quotient.shift == nil ? "" : " and a constant")")
        }
      case .stackedTranspose(_, let weights, _, _, _): note("\(weights.count) transposes in one")
      default: break
      }
    }
    if targets > 1, !ofNode.isEmpty || steps.contains(where: makesDenominator) { note("one z for all targets") }
    if spreading(index) != nil { note("back in the layer below") }
    return result
  }

  /// Whether a step makes a denominator of the image, which all its targets divide by.
  private func makesDenominator(_ step: Step) -> Bool {
    if case .apply(_, _, _, let z, _, _) = step { !tensors[z].perTarget } else { false }
  }
}
