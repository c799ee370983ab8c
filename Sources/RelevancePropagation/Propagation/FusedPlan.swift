/// The steps of a backward pass as they are launched, with the tensors' lives: planned, then joined.
struct FusedPlan {
  let steps: [Step]
  let tensors: [TensorPlan]
  /// Tensor of the relevance at every node's output.
  let relevance: [String: TensorID]
  let start: TensorID
  /// What the forward pass makes for these steps.
  let factors: [Factor]
  /// What the launch of a layer takes with its outputs, as `DeviceNetwork` does: the layer's node → its rectifier's, its
  /// pooling's.
  let (rectifiers, poolings): ([String: String], [String: String])
  /// Whether factors were left out because the device's memory does not hold them.
  private(set) var dropsFactors = false
  private let network: Network
  private let choice: KernelChoice

  /// - Parameter makes: which factors the forward pass can make.
  init(
    _ network: Network, rules: RuleTable, options: PropagationOptions, choice: KernelChoice,
    makes: @escaping (Factor) -> Bool = { _ in true }
  ) {
    self.network = network
    self.choice = choice
    var builder = PlanBuilder(network: network, rules: rules, options: options)
    builder.build()
    func view(_ node: Int) -> (any LinearLayer)? { RuleTable.linearView(of: network.nodes[node].layer) }
    let nonNegative = network.nonNegativeNodes
    rectifiers = network.rectifiers(choice.family)
    let poolings = network.poolings(behind: rectifiers, choice)
    self.poolings = poolings
    let fusion = StepFusion(
      wanted: builder.wanted, targets: options.targets, finishes: { view($0)?.finishes(choice.family) ?? false },
      routes: { network.nodes[$0].layer is MaxPooling && MaxPooling.finishes(choice.family) },
      hasPairs: { view($0)?.averagesPairs(network.layerShapes(of: network.nodes[$0])) ?? false },
      spreads: { view($0)?.spreads(for: $1, shapes: network.layerShapes(of: network.nodes[$0]), choice) ?? false },
      masks: { factor in
        guard poolings[factor.node] == factor.winners, makes(factor), let node = network[factor.node] else {
          return false
        }
        return (node.layer as! any LinearLayer).masksWinners(for: network.layerShapes(of: node), choice)
      },
      name: { network.nodes[$0].name },
      factors: builder.factors.filter {
        RuleTable.linearView(of: network[$0.value.node]!.layer)!.finishes(choice.family) && makes($0.value)
      },
      reads: { name, part, node, input in
        guard case .signed(let part) = part, network.nodes[node].inputs[input] == name else { return false }
        return part.isAll(neverNegative: nonNegative.contains(name))
      },
      stacks: { $1.count <= view($0)?.stackedParts(choice.family) ?? 0 })
    steps = fusion.fused(builder.steps)
    factors = StepFusion.factors(in: steps)
    tensors = builder.tensors(of: steps)
    relevance = builder.relevance
    start = builder.start
  }

  /// With factors where memory allows for one image: a denominator shares its memory with what comes after it, a factor with
  /// nothing. Whatever the batch, an image then has the same bits.
  ///
  /// - Parameter memory: the device's, in bytes; 0 where it is not known.
  static func fitting(
    _ network: Network, rules: RuleTable, options: PropagationOptions, on engine: Engine, memory: Int,
    makes: @escaping (Factor) -> Bool = { _ in true }
  ) -> FusedPlan {
    let whole = FusedPlan(network, rules: rules, options: options, choice: engine.choice, makes: makes)
    let one = DeviceNetwork.bytes(of: network, batch: 1, on: engine) + whole.bytes(images: 1, targets: 1)
    guard memory > 0, one > memory, !whole.factors.isEmpty else { return whole }
    var without = FusedPlan(network, rules: rules, options: options, choice: engine.choice, makes: { _ in false })
    without.dropsFactors = true
    return without
  }

  /// Bytes of a backward pass: relevance and what is between, factors, and the modified weights.
  func bytes(images: Int, targets: Int) -> Int {
    Arena(tensors, images: images, targets: targets).bytes + images * factorBytes
      + stepsOfNodes.reduce(0) { $0 + modifiedWeightBytes(of: $1.key, $1.value) }
  }

  func name(of node: Int) -> String { network.nodes[node].name }

  /// Whether the launch that makes a node's activations makes its factors too, of one transformed input.
  func sharesTransform(_ node: Int) -> Bool {
    guard rectifiers[name(of: node)] != nil, let layer = network.nodes[node].layer as? any LinearLayer else {
      return false
    }
    return layer.masksWinners(for: network.layerShapes(of: network.nodes[node]), choice)
  }

  /// The layer whose transpose forms what a pooling node sends back.
  func spreading(_ pooling: Int) -> String? {
    for case .transpose(let step) in steps {
      if case .windows(_, of: pooling, _) = step.s { return name(of: step.node) }
    }
    return nil
  }

  /// Bytes of the factors of one image.
  var factorBytes: Int {
    factors.reduce(0) { $0 + network.shapes[$1.node]!.count } * MemoryLayout<Float>.stride
  }

  /// Steps by the node they compute for; those that name none belong to the one before.
  var stepsOfNodes: [Int: [Step]] {
    var node = network.nodes.count - 1
    var result: [Int: [Step]] = [:]
    for step in steps {
      node = step.node ?? node
      result[node, default: []].append(step)
    }
    return result
  }

  /// Bytes of the weights' forms that a node's steps read beside the weights: ρ(w), packed where the kernels pack it.
  func modifiedWeightBytes(of node: Int, _ steps: [Step]) -> Int {
    guard let layer = RuleTable.linearView(of: network.nodes[node].layer), let weight = layer.linearMap?.weight else {
      return 0
    }
    struct Form: Hashable {
      let parts: [WeightPart]
      let pass: Pass
    }
    var forms: Set<Form> = []
    for factor in factors where factor.node == network.nodes[node].name {
      forms.insert(Form(parts: [factor.weight], pass: .denominators(bounded: true)))
    }
    for step in steps {
      switch step {
      case .apply(let step): forms.insert(Form(parts: [step.term.weight], pass: step.pass))
      case .transpose(let step): forms.insert(Form(parts: [step.weight], pass: step.pass))
      case .stackedTranspose(let step): forms.insert(Form(parts: step.weights, pass: .backward(bounded: false)))
      case .shiftedOutput(let step):
        for term in step.constants { forms.insert(Form(parts: [term.weight], pass: .denominators(bounded: false))) }
      default: break
      }
    }
    let shapes = network.layerShapes(of: network.nodes[node])
    let count =
      layer.packsWeights(choice)
      ? forms.reduce(0) { $0 + layer.packedCount(for: $1.pass, parts: $1.parts.count, shapes: shapes, choice) }
      : Set(forms.map(\.parts)).subtracting([[.all]]).count * weight.count
    return MemoryLayout<Float>.stride * count
  }
}
