/// The rule of every node of one network: a composite, resolved and checked.
public struct RuleTable: Sendable {
  public let rules: [String: any Rule]

  /// - Throws: `RuleError` naming the first node that has no rule, or one it cannot carry.
  public init(_ rules: [String: any Rule], for network: Network) throws {
    for node in network.nodes {
      guard let rule = rules[node.name] else {
        throw RuleError(node: node.name, problem: "no rule for a \(node.layer.typeName)", remedy: "assign one")
      }
      if let problem = Self.problem(rule, at: node.layer)
        ?? Self.problem(rule, inputs: node.inputs.map { network.shapes[$0]! })
      {
        throw RuleError(
          node: node.name, problem: "\(rule.label) at a \(node.layer.typeName): \(problem.0)", remedy: problem.1)
      }
    }
    if let stray = rules.keys.sorted().first(where: { network[$0] == nil }) {
      throw RuleError(node: stray, problem: "a rule for a node that does not exist", remedy: "check the name")
    }
    self.rules = rules
  }

  public subscript(name: String) -> any Rule { rules[name]! }

  /// Why a rule's constants per channel do not fit a layer's inputs.
  private static func problem(_ rule: any Rule, inputs: [Shape]) -> (String, String)? {
    guard case .shares(let shares, _) = rule.propagation else { return nil }
    for case .constant(let values) in shares.flatMap({ $0.terms.map(\.activation) }) where values.count != 1 {
      for shape in inputs where shape[0] != values.count {
        return ("\(values.count) bounds for \(shape[0]) channels", "give one bound, or one per channel")
      }
    }
    return nil
  }

  /// Why a layer cannot carry a rule, and what to use instead; nil where it can. Never a silent replacement.
  static func problem(_ rule: any Rule, at layer: any Layer) -> (String, String)? {
    switch rule.propagation {
    case .shares(let shares, _):
      guard let view = linearView(of: layer) else { return ("the layer is not linear", remedy(at: layer)) }
      guard
        view.linearMap != nil
          || shares.allSatisfy({ $0.gate == .always && $0.terms.count == 1 && $0.terms[0].readsNoWeights })
      else { return ("the layer has no weights", "use epsilon, zero or flat") }
    case .winnerTakesAll:
      guard layer is MaxPooling else { return ("only max pooling has winners", remedy(at: layer)) }
    case .pass:
      guard
        rearranges(layer) || layer is ReLU || layer is BatchNormalization
          || layer is LocalResponseNormalization
      else { return ("the layer mixes its inputs", remedy(at: layer)) }
    case .gradient:
      guard linearView(of: layer) != nil || layer is ReLU || layer is MaxPooling || rearranges(layer)
      else { return ("no gradient is implemented", remedy(at: layer)) }
    case .guidedGradient, .deconvolution, .smoothGradient:
      guard layer is ReLU else { return ("it concerns rectifiers", remedy(at: layer)) }
    }
    return nil
  }

  /// A rule, or another way, that works at a layer.
  private static func remedy(at layer: any Layer) -> String {
    switch layer {
    case is MaxPooling: "use winner-takes-all"
    case is any LinearLayer: "use epsilon"
    case is Softmax: "explain the scores before it"
    default: "use pass"
    }
  }

  /// Whether a layer only moves numbers about, so that relevance follows them: reshape, concatenation, dropout, identity.
  public static func rearranges(_ layer: any Layer) -> Bool { layer is any PassingLayer || layer is Concatenation }

  /// The linear layer whose shares a node's rule divides: the layer itself, or the average in the place of a maximum.
  static func linearView(of layer: any Layer) -> (any LinearLayer)? {
    if let pooling = layer as? MaxPooling { return pooling.averaged }
    return layer as? any LinearLayer
  }
}

extension Share.Term {
  /// Whether the term means something at a layer without learned weights: all of its fixed, positive weights.
  fileprivate var readsNoWeights: Bool { weight == .all || weight == .one }
}

/// A rule that does not fit: names the node, what is wrong, and what to do.
public struct RuleError: Error, CustomStringConvertible {
  public let node: String
  public let problem: String
  public let remedy: String
  public var description: String { "\(node): \(problem)" + (remedy.isEmpty ? "" : "; \(remedy)") }
}
