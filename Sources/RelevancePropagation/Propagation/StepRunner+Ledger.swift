internal import Compute

extension StepRunner {
  /// What the launch of a sum for the ledger reads.
  func launch(_ count: CountStep) throws -> LedgerLaunch {
    let nodes = network.network.nodes
    let source: LedgerLaunch.Relevance =
      switch count.source {
      case .none: .unread
      case .stored: .stored(buffer(count.relevance))
      case .quotient:
        .quotient(z: buffer(count.quotient!.z), shift: count.quotient!.shift.map { constants[$0]!.values })
      case .factor(let factor):
        .factor(a: network.activation(factor.output), f: network.factors[factor].buffer)
      case .product(let name): .product(c: buffer(count.relevance), a: network.activation(name))
      }
    let shape = network.network.shapes[nodes[count.node].name]!
    let numbers = count.windows == nil ? tensors[count.quotient?.into ?? count.relevance].count : shape.count
    var launch = LedgerLaunch(
      count: numbers, targets: options.targets, relevance: source)
    launch.quotient = count.quotient.map {
      LedgerLaunch.Quotient(
        s: buffer(count.windows ?? $0.into), stabilizer: $0.stabilizer, statistics: statistics.values, gate: $0.gate,
        output: buffer($0.output), spread: count.windows == nil ? nil : shape)
    }
    if case .factor(let factor) = count.source { launch.quotient?.share = factor.share }
    if count.bias != .none {
      let parameters = try parts.parameters(count.node, weight: .all, bias: count.bias)
      launch.channels = shape[0]
      launch.bias = parameters.bias.map {
        LedgerLaunch.Bias(values: $0, mode: parameters.biasMode, coefficient: count.coefficient)
      }
    }
    launch.units = count.idle.map { network.activation(nodes[$0].name) }
    return launch
  }
}
