/// Where a backward pass begins, with its plan: the network's output, a head in its place, or a layer inside.
final class BackwardStart {
  let propagator: Propagator
  private let head: TargetHead?
  private let targets: [Target]
  private let layer: String?

  /// At the output.
  init(_ network: DeviceNetwork, rules: RuleTable, options: PropagationOptions) throws {
    propagator = try Propagator(network, rules: rules, options: options)
    (head, targets, layer) = (nil, [], nil)
  }

  /// At another top layer.
  init(for targets: [Target], of base: DeviceNetwork, rules: RuleTable, options: PropagationOptions) throws {
    let head = try TargetHead(base.network, for: targets, rules: rules)
    for filter in options.filters where head.replaced.contains(filter.layer) {
      throw TargetError(
        "\(filter.layer): log-odds and differences put other units in the place of the classes; filter a layer below")
    }
    let network = try DeviceNetwork(head.network, sharing: base, replaced: head.replaced)
    propagator = try Propagator(network, rules: try rules.restricted(to: head.network), options: options)
    (self.head, self.targets, layer) = (head, targets, nil)
  }

  /// At a layer inside: what is above it is left out.
  init(at layer: String, of base: DeviceNetwork, rules: RuleTable, options: PropagationOptions) throws {
    let part = try base.network.truncated(at: layer)
    for filter in options.filters where part[filter.layer] == nil {
      throw TargetError("\(filter.layer): no relevance from \(layer) passes this layer; filter one below")
    }
    // Its own output, where the base keeps the rectified form.
    let network = try DeviceNetwork(
      part, sharing: base, replaced: base.isRectifiedInPlace(layer) ? [part.outputName] : [])
    propagator = try Propagator(network, rules: try rules.restricted(to: part), options: options)
    (head, targets, self.layer) = (nil, [], layer)
  }

  func serves(_ targets: [Target], layer: String?) -> Bool {
    layer == nil ? self.targets == targets : self.layer == layer
  }

  /// The trace the propagator reads, and the relevance it starts from, `[N · targets, …]`.
  func begin(_ trace: Trace, targets: [[Target]], scores: Tensor) throws -> (Trace, Tensor) {
    if let head {
      let own = try propagator.network.continued(trace)
      return (own, head.start(targets, outputs: try own.scores(), scores: scores))
    }
    guard let layer else { return (trace, Target.start(targets, scores: scores)) }
    let own = try propagator.network.continued(trace)
    let activations = try own.activation(of: layer)
    let entry = Array(activations.shape.extents.dropFirst())
    let relevance = targets.enumerated().flatMap { image, targets in
      let values = activations[image].scalars
      return targets.flatMap { target -> [Float] in
        guard case .neurons(let selection) = target else { preconditionFailure("\(target) at \(layer)") }
        return selection.relevance(for: values)
      }
    }
    return (own, Tensor(shape: Shape([targets.reduce(0) { $0 + $1.count }] + entry), scalars: relevance))
  }
}

extension RuleTable {
  /// The rules of the nodes that another network has too.
  func restricted(to network: Network) throws -> RuleTable {
    try RuleTable(rules.filter { network[$0.key] != nil }, for: network)
  }
}
