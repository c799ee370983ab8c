import ModelFormats
import RelevancePropagation

/// Runs the cases of one model on one device.
package struct CaseRunner {
  let original: Network
  let folder: String
  private let canonized: DeviceNetwork
  let inputs: Tensor
  let engine: Engine
  /// Whose relevance is read: with all layers' no steps are joined through it and no factors carried, with the input's all are.
  private let keeping: PropagationOptions.Keeping

  package init(folder: String, engine: Engine, keeping: PropagationOptions.Keeping = .all) throws {
    self.keeping = keeping
    self.engine = engine
    self.folder = folder
    original = try NetworkDescription.network(folder: folder)
    guard let inputs = try ModelFile.stateDictionary(path: folder + "/inputs.safetensors")["x"] else {
      throw NotYet(reason: "\(folder)/inputs.safetensors has no tensor x")
    }
    self.inputs = inputs
    canonized = try DeviceNetwork(try original.canonized(), on: engine, batch: inputs.shape[0])
  }

  /// Runs one case: its tensors by the names the set uses, `A.<node>` or `R.<node>`.
  ///
  /// - Parameter stored: the reference's own file, which holds what is input too: SmoothGrad's noise, shifts.
  /// - Throws: `NotYet` where the library cannot.
  package func run(_ reference: ReferenceCase, stored: String? = nil) throws -> [(name: String, tensor: Tensor)] {
    switch reference.kind {
    case "forward": try forward()
    case "relevance", "gradient": try relevance(reference)
    case "sliding": try sliding(reference, stored: stored)
    case "translation": try translation(reference, stored: stored)
    case "attribution": try attribution(reference, stored: stored)
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
    let rules = try reference.rules(for: network)
    let table = try RuleTable(rules, for: network)
    let trace = try canonized.forward(inputs)
    guard reference.targets.count == trace.count else { throw NotYet(reason: "no target for every image") }
    if reference.start == "logodds" { return try logOdds(reference, trace, rules) }
    let propagator = try Propagator(canonized, rules: table, options: .init(keeping: keeping, ledger: false))
    let targets: [[Target]] = try reference.targets.map { index in
      switch reference.start {
      case "logit": [.logit(index)]
      case "one": [.one(index)]
      default: throw NotYet(reason: "start \(reference.start ?? "none")")
      }
    }
    let relevance = try propagator.propagate(trace, from: Target.start(targets, scores: try trace.scores()))
    return named(relevance, entries: trace.count)
  }

  /// Min-take-most at another top layer; the rules of all layers, the top included, stay.
  private func logOdds(_ reference: ReferenceCase, _ trace: Trace, _ rules: [String: any Rule]) throws
    -> [(name: String, tensor: Tensor)]
  {
    let targets = reference.targets.map { Target.logOdds($0) }
    let head = try TargetHead(
      canonized.network, for: targets, rules: try RuleTable(rules, for: canonized.network))
    let network = try DeviceNetwork(head.network, sharing: canonized, replaced: head.replaced)
    let propagator = try Propagator(
      network, rules: try RuleTable(rules, for: head.network), options: .init(keeping: keeping, ledger: false))
    let scores = try trace.scores()
    let own = try network.continued(trace)
    let start = head.start(targets.map { [$0] }, outputs: try own.scores(), scores: scores)
    let relevance = try propagator.propagate(own, from: start)
    let blocks = targets.enumerated().map { head.block(of: $1, in: start[$0]) }
    let eta = reference.targets.enumerated().map { Float(LogOdds(scores[$0].scalars, of: $1).eta) }
    return named(relevance, entries: trace.count).filter { !head.replaced.contains(String($0.name.dropFirst(2))) } + [
      ("R.logodds", Tensor(shape: [blocks.count, blocks[0].count], scalars: blocks.flatMap { $0 })),
      ("eta", Tensor(shape: [eta.count], scalars: eta)),
    ]
  }

  /// Relevance at every node under the names of net.json.
  private func named(_ relevance: Relevance, entries: Int) -> [(name: String, tensor: Tensor)] {
    let network = canonized.network
    let layers = original.nodes.compactMap { node -> (name: String, tensor: Tensor)? in
      guard let name = network.resolve(node.name), let tensor = relevance.layers[name],
        tensor.count == entries * original.shapes[node.name]!.count
      else { return nil }
      return ("R.\(node.name)", tensor.reshaped(Shape([entries] + original.shapes[node.name]!.extents)))
    }
    return layers + [("R.input", relevance.input)]
  }
}

/// What the library cannot do yet: the case is listed with the reason and left out.
package struct NotYet: Error, CustomStringConvertible {
  package let reason: String
  package init(reason: String) { self.reason = reason }
  package var description: String { reason }
}
