/// What a rule's shares come to at one node: which terms are left, what is known of their sum z.
extension PlanBuilder {
  /// The terms of a share that add something at a node. Poolings and sums have positive weights only: there W⁺ is W and
  /// W⁻ is 0.
  func terms(of share: Share, at node: Network.Node) -> [Share.Term] {
    let present = share.terms.filter { !vanishes($0, at: node) }
    guard (node.layer as? any LinearLayer)?.linearMap == nil else { return present }
    return present.compactMap { term in
      guard case .signed(let part) = term.weight, part != .all else { return term }
      guard part.positive != 0 else { return nil }
      var term = term
      term.coefficient *= part.positive
      term.weight = .all
      return term
    }
  }

  /// The terms that no image changes, where the only other one is the layer's own sum, with or without its bias: then z is
  /// the stored output and a constant.
  func shift(_ terms: [Share.Term], at node: Network.Node) -> (constants: [Share.Term], withoutBias: Bool)? {
    guard let map = (node.layer as? any LinearLayer)?.linearMap else { return nil }
    let constants = terms.filter { if case .constant = $0.activation { true } else { false } }
    let others = terms.filter { if case .constant = $0.activation { false } else { true } }
    guard !constants.isEmpty, others.count == 1, others[0].coefficient == 1, others[0].activation == .all,
      others[0].weight == .all
    else { return nil }
    switch others[0].bias {
    case .all: return (constants, false)
    case .none: return (constants, map.bias != nil)
    default: return nil
    }
  }

  /// Whether z of the share is at least the node's output wherever its relevance is not 0: where z is that output, or a ≥ 0
  /// and ρ only lifts weights and bias.
  func isBounded(_ terms: [Share.Term], at node: Network.Node) -> Bool {
    func lifts(_ part: SignedPart) -> Bool { part.positive >= 1 && (0...1).contains(part.negative) }
    guard terms.count == 1, vanishing.rectifier(behind: node) != nil else { return false }
    if terms[0].isPlain { return true }
    guard terms[0].coefficient == 1,
      node.inputs.allSatisfy({ nonNegative.contains($0) }), case .signed(let weight) = terms[0].weight, lifts(weight),
      case .signed(let activation) = terms[0].activation, activation.positive == 1
    else { return false }
    if (node.layer as? any LinearLayer)?.linearMap?.bias == nil { return true }
    if case .signed(let bias) = terms[0].bias { return lifts(bias) }
    return false
  }

  /// Whether z is the mean of what a pooling takes the maximum of: at least the maximum's share of it.
  func isMean(_ terms: [Share.Term], at node: Network.Node) -> Bool {
    guard node.layer is MaxPooling, terms.count == 1, terms[0].coefficient == 1, terms[0].weight == .all,
      case .signed(let part) = terms[0].activation, part.positive == 1
    else { return false }
    return nonNegative.contains(node.inputs[0])
  }

  /// Whether R is s · stab(z) wherever it is: the gate is open and stab(z) never 0.
  func isRestorable(_ terms: [Share.Term], _ quotient: QuotientStep, at node: Network.Node) -> Bool {
    guard quotient.gate == .always, quotient.stabilizer.epsilon > 0 else { return false }
    switch quotient.stabilizer.sign {
    case .signed, .atZero: return true
    // z + ε is 0 where z is −ε; in these z is not negative.
    case .positive:
      return isBounded(terms, at: node) || isMean(terms, at: node) || shift(terms, at: node) != nil
        || terms.count == 1 && terms[0].isPlain && nonNegative.contains(node.name)
    }
  }

  /// What the forward pass may make of a share whose only term is `term`; nil where z itself is read.
  func factor(
    _ share: Share, _ term: Share.Term, stabilizer: Stabilizer, at node: Network.Node
  ) -> Factor? {
    guard !share.distributesBias, share.gate == .always, stabilizer.relative == 0 else { return nil }
    return Factor(
      node: node.name, output: vanishing.rectifier(behind: node)?.name ?? node.name, weight: term.weight,
      bias: term.bias, stabilizer: stabilizer)
  }

  /// A term that reads the negative part of activations that are never negative adds exactly 0.
  private func vanishes(_ term: Share.Term, at node: Network.Node) -> Bool {
    guard case .signed(let part) = term.activation, part.positive == 0 else { return false }
    return node.inputs.allSatisfy { nonNegative.contains($0) } && term.bias == .none
  }
}

extension Share.Term {
  /// The layer's own function: ρ(a) = a, ρ(w) = w, ρ(b) = b.
  var isPlain: Bool {
    coefficient == 1 && activation == .all && weight == .all && bias == .all
  }
}
