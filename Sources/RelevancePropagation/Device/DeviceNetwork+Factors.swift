internal import Compute

extension DeviceNetwork {
  /// Whether forward passes can make this factor: a node has one, and one with another top makes none of its own.
  func makes(_ factor: Factor) -> Bool { !replaced.contains(factor.node) && factors.allows(factor) }

  /// The factors of these nodes for the latest pass's images: those it has not made are made now.
  func complete(_ wanted: [Factor], images: Int) throws {
    for factor in wanted {
      let made = factors[factor]
      guard made.generation != generation else { continue }
      try engine.queue.labelled("\(factor.node) backward") {
        try makeFactor(made, of: network[factor.node]!, images: images)
      }
    }
  }

  private func makeFactor(_ made: ForwardFactors.Made, of node: Network.Node, images: Int) throws {
    let shapes = shapes(of: node)
    let operands = zip(node.inputs.map(activation), shapes.inputs).map(Operand.init)
    try made.layer.makeFactor(
      operands, made.request, activation: activation(made.factor.output), shapes: shapes, batch: images, on: engine)
    if let pooling = made.factor.winners { try mask(made, winnersOf: network[pooling]!, images: images) }
    factors.note(made.factor, generation: generation)
  }

  /// f of a window's winner alone, as the pooling would send a relevance of 1 to it.
  private func mask(_ made: ForwardFactors.Made, winnersOf pooling: Network.Node, images: Int) throws {
    let shapes = shapes(of: pooling)
    let ones = [Float](repeating: 1, count: images * shapes.output.count)
    try (pooling.layer as! MaxPooling).route(
      Buffer(ones, on: engine.queue), activation: activation(pooling.inputs[0]), sharingTies: false,
      finish: Finish(product: Operand(made.buffer, shapes.inputs[0])), into: made.buffer, shapes: shapes, batch: images,
      on: engine)
  }
}

extension ForwardFactors.Made {
  var request: FactorRequest {
    FactorRequest(parameters: parameters, stabilizer: factor.stabilizer, into: buffer)
  }
}
