internal import Compute

extension DeviceNetwork {
  /// Whether forward passes can make this factor: a node has one, and one with another top makes none of its own.
  func makes(_ factor: Factor) -> Bool { !replaced.contains(factor.node) && factors.allows(factor) }

  /// The factors of these nodes for the latest pass's images: those it has not made are made now.
  func complete(_ wanted: [Factor], images: Int) throws {
    for factor in wanted {
      guard let made = factors.made[factor.node], made.generation != generation else { continue }
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
    factors.note(node.name, generation: generation)
  }
}

extension ForwardFactors.Made {
  var request: FactorRequest {
    FactorRequest(parameters: parameters, stabilizer: factor.stabilizer, into: buffer)
  }
}
