import ModelFormats
import RelevancePropagation

/// Runs the cases of one model on one device.
package struct CaseRunner {
  private let original: Network
  private let canonized: DeviceNetwork
  private let inputs: Tensor
  private let engine: Engine

  package init(folder: String, engine: Engine) throws {
    self.engine = engine
    original = try NetworkDescription.network(folder: folder)
    guard let inputs = try ModelFile.stateDictionary(path: folder + "/inputs.safetensors")["x"] else {
      throw NotYet(reason: "\(folder)/inputs.safetensors has no tensor x")
    }
    self.inputs = inputs
    canonized = try DeviceNetwork(try original.canonized(), on: engine, batch: inputs.shape[0])
  }

  /// Runs one case: its tensors by the names the set uses, `A.<node>` or `R.<node>`.
  ///
  /// - Throws: `NotYet` where the library cannot.
  package func run(_ reference: ReferenceCase) throws -> [(name: String, tensor: Tensor)] {
    switch reference.kind {
    case "forward": try forward()
    case "relevance", "gradient": try relevance(reference)
    default: throw NotYet(reason: "kind \(reference.kind)")
    }
  }

  /// Every layer's output; a folded batch norm's stands for the norm, not for the convolution before it.
  private func forward() throws -> [(name: String, tensor: Tensor)] {
    let trace = try canonized.forward(inputs)
    let folded = Set(
      original.nodes.filter { $0.layer is BatchNormalization && canonized.network[$0.name] == nil }.map { $0.inputs[0] }
    )
    return try original.nodes.filter { !folded.contains($0.name) }.compactMap { node in
      guard let name = canonized.network.resolve(node.name), name != canonized.network.inputName else { return nil }
      let shape = Shape([trace.count] + original.shapes[node.name]!.extents)
      return ("A.\(node.name)", try trace.activation(of: name).reshaped(shape))
    }
  }

  private func relevance(_ reference: ReferenceCase) throws -> [(name: String, tensor: Tensor)] {
    let network = canonized.network
    var rules: [String: any Rule] = [:]
    for group in reference.groups {
      let rule = try group.rule.translated()
      for layer in group.layers where network[layer] != nil { rules[layer] = rule }
    }
    // cases.json leaves out what only rearranges.
    for node in network.nodes where rules[node.name] == nil {
      if RuleTable.rearranges(node.layer) { rules[node.name] = PassRule() }
    }
    let propagator = try Propagator(
      canonized, rules: try RuleTable(rules, for: network), options: .init(keeping: .all, ledger: false))
    let trace = try canonized.forward(inputs)
    let targets: [[Target]] = try reference.targets.map { index in
      switch reference.start {
      case "logit": [.logit(index)]
      case "one": [.one(index)]
      default: throw NotYet(reason: "start \(reference.start ?? "none")")
      }
    }
    guard targets.count == trace.count else { throw NotYet(reason: "no target for every image") }
    let relevance = try propagator.propagate(trace, from: Target.start(targets, scores: try trace.scores()))
    let layers = original.nodes.compactMap { node -> (name: String, tensor: Tensor)? in
      guard let name = network.resolve(node.name), let tensor = relevance.layers[name] else { return nil }
      return ("R.\(node.name)", tensor.reshaped(Shape([trace.count] + original.shapes[node.name]!.extents)))
    }
    return layers + [("R.input", relevance.input)]
  }
}

/// What the library cannot do yet: the case is listed with the reason and left out.
package struct NotYet: Error, CustomStringConvertible {
  package let reason: String
  package var description: String { reason }
}
