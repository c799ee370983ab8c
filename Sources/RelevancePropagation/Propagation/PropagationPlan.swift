/// What explaining a network would take, layer by layer, before it is run: rules, shapes, algorithms, arithmetic, memory,
/// launches.
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
    /// Which of a family's algorithms computes the activations: "F(4x4)" of Winograd's, "gathered"; "with conv1_1" where the
    /// launch of another layer does. Nil where it has no name.
    public let forwardAlgorithm: String?
    /// The same of denominators that are sums of their own, in either pass.
    public let denominatorAlgorithm: String?
    public let backwardAlgorithm: String?
    /// Work that is left out or done on the way, in words.
    public let shortcuts: [String]
  }

  public let layers: [Layer]
  public let targets: Int
  public let kernels: KernelChoice
  /// Whether the forward pass makes no factor because the device's memory does not hold them beside one image.
  public let dropsFactors: Bool
  /// Memory of the backward pass: relevance at all layers and what is between, sharing slots, and the factors that the
  /// forward pass makes for it.
  public let backwardBytes: Int

  public var forwardFLOP: Int { layers.reduce(0) { $0 + $1.forwardFLOP } }
  public var backwardFLOP: Int { layers.reduce(0) { $0 + $1.backwardFLOP } }
  public var weightBytes: Int { layers.reduce(0) { $0 + $1.weightBytes } }
  public var modifiedWeightBytes: Int { layers.reduce(0) { $0 + $1.modifiedWeightBytes } }
  public var activationBytes: Int { layers.reduce(0) { $0 + $1.activationBytes } }
  public var launches: Int { layers.reduce(0) { $0 + $1.launches } }

  /// Of no device: its memory has no bounds.
  ///
  /// - Parameter kernels: what the steps are planned for; how they are joined and what is packed depends on it.
  public init(_ network: Network, rules: RuleTable, targets: Int = 1, kernels: KernelChoice = KernelChoice()) {
    self.init(
      network, rules: rules,
      FusedPlan(network, rules: rules, options: .planned(targets), choice: kernels), targets: targets, kernels)
  }

  /// As `engine` explains: what its device has no memory for is left out.
  public init(_ network: Network, rules: RuleTable, targets: Int = 1, on engine: Engine) {
    self.init(network, rules: rules, targets: targets, on: engine, memory: engine.device.globalMemory)
  }

  /// - Parameter memory: bytes, in the place of the device's.
  init(_ network: Network, rules: RuleTable, targets: Int = 1, on engine: Engine, memory: Int) {
    let plan = FusedPlan.fitting(network, rules: rules, options: .planned(targets), on: engine, memory: memory)
    self.init(network, rules: rules, plan, targets: targets, engine.choice)
  }

  private init(_ network: Network, rules: RuleTable, _ plan: FusedPlan, targets: Int, _ kernels: KernelChoice) {
    self.targets = targets
    self.kernels = kernels
    dropsFactors = plan.dropsFactors
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
      let isSpread = plan.spreading(index) != nil
      let view = RuleTable.linearView(of: node.layer)
      let shapes = LayerShapes(inputs: inputs, output: output)
      func multiplied(_ pass: Pass, parts: Int = 1) -> Int {
        view?.products(for: pass, parts: parts, shapes: shapes, kernels).map { 2 * $0 } ?? parts * once
      }
      let algorithms = LayerAlgorithms(of: index, steps, in: plan, network, kernels)
      let factorProducts = makesFactor ? multiplied(.denominators(bounded: true)) : 0
      return Layer(
        name: node.name, type: node.layer.typeName, rule: rules[node.name].label, briefRule: rules[node.name].brief,
        inputShapes: inputs, outputShape: output, forwardFLOP: once,
        backwardFLOP: steps.reduce((makesFactor ? once : 0) + (isSpread ? once * targets : 0)) { sum, step in
          switch step {
          case .apply: sum + once
          case .stackedTranspose(let step): sum + once * targets * step.weights.count
          case .transpose: sum + once * targets / max(inputs.count, 1)
          case .route: sum + once * targets
          default: sum
          }
        },
        forwardProductFLOP: multiplied(.forward),
        backwardProductFLOP: steps.reduce(factorProducts + (isSpread ? once * targets : 0)) { sum, step in
          switch step {
          case .apply(let step): sum + multiplied(step.pass)
          case .stackedTranspose(let step):
            sum + targets * multiplied(.backward(bounded: false), parts: step.weights.count)
          case .transpose(let step): sum + targets * multiplied(step.pass) / max(inputs.count, 1)
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
        forwardAlgorithm: algorithms.forward, denominatorAlgorithm: algorithms.denominators,
        backwardAlgorithm: algorithms.backward, shortcuts: plan.shortcuts(of: index, steps, targets: targets))
    }
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

extension PropagationOptions {
  fileprivate static func planned(_ targets: Int) -> Self { Self(targets: targets, ledger: false) }
}
