/// What explaining a network would take, layer by layer, without a device: rules, shapes, arithmetic, memory, launches.
///
/// One image, `targets` relevance vectors of it; no ledger. FLOP counts a multiplication and an addition as two and holds
/// only the products with weights (and the sums of poolings), which are nearly all of the work.
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
  }

  public let layers: [Layer]
  public let targets: Int
  /// Memory of the backward pass: relevance at all layers and what is between, sharing slots.
  public let backwardBytes: Int

  public var forwardFLOP: Int { layers.reduce(0) { $0 + $1.forwardFLOP } }
  public var backwardFLOP: Int { layers.reduce(0) { $0 + $1.backwardFLOP } }
  public var weightBytes: Int { layers.reduce(0) { $0 + $1.weightBytes } }
  public var modifiedWeightBytes: Int { layers.reduce(0) { $0 + $1.modifiedWeightBytes } }
  public var activationBytes: Int { layers.reduce(0) { $0 + $1.activationBytes } }
  public var launches: Int { layers.reduce(0) { $0 + $1.launches } }

  public init(_ network: Network, rules: RuleTable, targets: Int = 1) {
    self.targets = targets
    var builder = PlanBuilder(
      network: network, rules: rules, options: PropagationOptions(targets: targets, ledger: false))
    builder.build()
    backwardBytes = Arena(builder.tensors, images: 1, targets: targets).bytes
    layers = network.nodes.indices.map { index in
      let node = network.nodes[index]
      let steps = builder.steps[builder.stepsOfNode[index] ?? 0..<0]
      let inputs = node.inputs.map { network.shapes[$0]! }
      let output = network.shapes[node.name]!
      let weights = node.layer.parameters.reduce(0) { $0 + $1.tensor.count }
      let matrix = (node.layer as? any LinearLayer)?.linearMap?.weight.count ?? 0
      let once = Self.forwardFLOP(node.layer, inputs: inputs, output: output)
      return Layer(
        name: node.name, type: node.layer.typeName, rule: rules[node.name].label, briefRule: rules[node.name].brief,
        inputShapes: inputs, outputShape: output, forwardFLOP: once,
        backwardFLOP: steps.reduce(0) { sum, step in
          switch step {
          case .apply: sum + once
          case .stackedTranspose(_, let weights, _, _, _, _): sum + once * targets * weights.count
          case .transpose: sum + once * targets / max(inputs.count, 1)
          case .route: sum + once * targets
          default: sum
          }
        },
        weightBytes: weights * MemoryLayout<Float>.stride,
        modifiedWeightBytes: Self.modifiedParts(steps).count * matrix * MemoryLayout<Float>.stride,
        activationBytes: network.sharesInput(node) ? 0 : output.count * MemoryLayout<Float>.stride,
        relevanceBytes: output.count * targets * MemoryLayout<Float>.stride,
        launches: steps.reduce(0) { $0 + $1.launches(in: network) })
    }
  }

  private static func modifiedParts(_ steps: ArraySlice<Step>) -> Set<WeightPart> {
    Set(
      steps.compactMap { step in
        switch step {
        case .apply(_, let term, _, _, _, _): term.weight
        case .transpose(_, let weight, _, _, _, _, _): weight
        default: nil
        }
      }
    ).subtracting([.all])
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
