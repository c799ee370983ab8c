/// What explaining a network would take, layer by layer, without a device: rules, shapes, arithmetic, memory, launches.
///
/// One image, `targets` relevance vectors of it. The ledger's sums, which change no other step, are left out. FLOP counts a
/// multiplication and an addition as two and holds only the products with weights (and the sums of poolings), which are
/// nearly all of the work.
public struct PropagationPlan: Sendable {
  public struct Layer: Sendable {
    public let name: String
    public let type: String
    public let rule: String
    public let briefRule: String
    public let inputShapes: [Shape]
    public let outputShape: Shape
    public let forwardFLOP: Int
    public let backwardFLOP: Int
    /// The same, of what the chosen algorithms multiply: Winograd's does fewer.
    public let forwardProductFLOP: Int
    public let backwardProductFLOP: Int
    /// Of these, what the forward pass multiplies for the backward pass: denominators of the factors it makes.
    public let factorProductFLOP: Int
    /// Learned numbers, in bytes.
    public let weightBytes: Int
    /// ρ(w) of the rule's parts, made once and kept.
    public let modifiedWeightBytes: Int
    /// The stored output.
    public let activationBytes: Int
    /// Relevance at the output, for all targets.
    public let relevanceBytes: Int
    /// Kernel launches of the backward pass.
    public let launches: Int
    /// Work that is left out or done on the way, in words.
    public let shortcuts: [String]
  }

  public let layers: [Layer]
  public let targets: Int
  /// Memory of the backward pass: relevance at all layers and what is between, sharing slots, and the factors that the
  /// forward pass makes for it.
  public let backwardBytes: Int

  public var forwardFLOP: Int { layers.reduce(0) { $0 + $1.forwardFLOP } }
  public var backwardFLOP: Int { layers.reduce(0) { $0 + $1.backwardFLOP } }
  public var weightBytes: Int { layers.reduce(0) { $0 + $1.weightBytes } }
  public var modifiedWeightBytes: Int { layers.reduce(0) { $0 + $1.modifiedWeightBytes } }
  public var activationBytes: Int { layers.reduce(0) { $0 + $1.activationBytes } }
  public var launches: Int { layers.reduce(0) { $0 + $1.launches } }

  /// - Parameter kernels: what the steps are planned for; how they are joined and what is packed depends on it.
  public init(_ network: Network, rules: RuleTable, targets: Int = 1, kernels: KernelChoice = KernelChoice()) {
    self.targets = targets
    let plan = FusedPlan(
      network, rules: rules, options: PropagationOptions(targets: targets, ledger: false), choice: kernels)
    backwardBytes = Arena(plan.tensors, images: 1, targets: targets).bytes + plan.factorBytes
    let stepsOfNodes = plan.stepsOfNodes
    layers = network.nodes.indices.map { index in
      let node = network.nodes[index]
      let steps = stepsOfNodes[index] ?? []
      let inputs = node.inputs.map { network.shapes[$0]! }
      let output = network.shapes[node.name]!
      let weights = node.layer.parameters.reduce(0) { $0 + $1.tensor.count }
      let once = Self.forwardFLOP(node.layer, inputs: inputs, output: output)
      let makesFactor = plan.factors.contains { $0.node == node.name }
      let isSpread = plan.steps.contains {
        if case .transpose(_, _, .windows(_, of: index, _), _, _, _, _) = $0 { true } else { false }
      }
      let view = RuleTable.linearView(of: node.layer)
      let shapes = LayerShapes(inputs: inputs, output: output)
      func multiplied(_ pass: Pass, parts: Int = 1) -> Int {
        view?.products(for: pass, parts: parts, shapes: shapes, kernels).map { 2 * $0 } ?? parts * once
      }
      let factorProducts = makesFactor ? multiplied(.denominators(bounded: true)) : 0
      return Layer(
        name: node.name, type: node.layer.typeName, rule: rules[node.name].label, briefRule: rules[node.name].brief,
        inputShapes: inputs, outputShape: output, forwardFLOP: once,
        backwardFLOP: steps.reduce((makesFactor ? once : 0) + (isSpread ? once * targets : 0)) { sum, step in
          switch step {
          case .apply: sum + once
          case .stackedTranspose(_, let weights, _, _, _): sum + once * targets * weights.count
          case .transpose: sum + once * targets / max(inputs.count, 1)
          case .route: sum + once * targets
          default: sum
          }
        },
        forwardProductFLOP: multiplied(.forward),
        backwardProductFLOP: steps.reduce(factorProducts + (isSpread ? once * targets : 0)) { sum, step in
          switch step {
          case .apply(_, _, let pass, _, _, _): sum + multiplied(pass)
          case .stackedTranspose(_, let weights, _, _, _):
            sum + targets * multiplied(.backward(bounded: false), parts: weights.count)
          case .transpose(_, _, _, let pass, _, _, _): sum + targets * multiplied(pass) / max(inputs.count, 1)
          case .route: sum + once * targets
          default: sum
          }
        },
        factorProductFLOP: factorProducts,
        weightBytes: weights * MemoryLayout<Float>.stride,
        modifiedWeightBytes: plan.modifiedWeightBytes(of: index, steps),
        activationBytes: network.sharesInput(node) ? 0 : output.count * MemoryLayout<Float>.stride,
        relevanceBytes: output.count * targets * MemoryLayout<Float>.stride,
        launches: steps.reduce(0) { $0 + $1.launches(in: network) },
        shortcuts: Self.shortcuts(steps, makesFactor: makesFactor) + (isSpread ? ["back in the layer below"] : []))
    }
  }

  /// What the plan saves at a layer.
  private static func shortcuts(_ steps: [Step], makesFactor: Bool) -> [String] {
    var result: [String] = makesFactor ? ["a / z made with a"] : []
    func note(_ text: String) { if !result.contains(text) { result.append(text) } }
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
        if let quotient = product.then, case .activation = quotient.z { note("below: z is the stored output") }
      case .stackedTranspose(_, let weights, _, _, _): note("\(weights.count) transposes in one")
      default: break
      }
    }
    return result
  }

  /// Two for every product of a weight with an input (padding counted as an input), one for every number pooled or added.
  private static func forwardFLOP(_ layer: any RelevancePropagation.Layer, inputs: [Shape], output: Shape) -> Int {
    switch layer {
    case let layer as Convolution: 2 * output.count * layer.weight.count / layer.weight.shape[0]
    case let layer as Dense: 2 * layer.weight.count
    case let layer as MaxPooling: output.count * layer.window.kernel.vertical * layer.window.kernel.horizontal
    case let layer as AveragePooling: output.count * layer.window.kernel.vertical * layer.window.kernel.horizontal
    case is AdaptiveAveragePooling: inputs[0].count
    case is Addition: inputs.count * output.count
    case is BatchNormalization: 2 * output.count
    default: 0
    }
  }
}
