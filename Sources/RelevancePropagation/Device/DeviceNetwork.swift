package import Compute

/// A network with its weights on a device and memory for the activations of a batch.
///
/// All memory is planned and checked before anything is uploaded; a forward pass allocates nothing. Activations stay on
/// the device; the image goes up once, and only what is asked for comes down.
public final class DeviceNetwork {
  public let network: Network
  public let engine: Engine
  /// Largest number of images in one pass.
  public let batch: Int

  /// Buffers of all nodes' outputs but those that are the input; nodes that pass their scalars through share their input's.
  private var activations: [String: Buffer<Float>] = [:]
  /// Memory of the input; where there are two, batches take them in turn (`turnInput`).
  private var inputs: [Buffer<Float>] = []
  private var currentInput = 0
  /// The input's name, and those of nodes that pass it on as it is.
  private var inputNames: Set<String>
  private var parameters: [String: DeviceParameters] = [:]
  /// Intermediate values of kernels, for the layer that needs most; launches run one after another and share it.
  let scratch: Buffer<Float>?
  /// The network whose activations and weights this one shares, where it has another top.
  private let base: DeviceNetwork?
  var replaced: Set<String> = []
  /// Files that weights lie in, mapped.
  private let weightFiles: [MappedFile]
  private var ownGeneration = 0
  /// What forward passes make for backward passes.
  let factors: ForwardFactors
  /// Whether the pass that is running does.
  private var makesFactors = false
  var generation: Int { base?.generation ?? ownGeneration }

  /// Rectifiers that the layer before them computes with its own output: its node's name → the rectifier's.
  let rectifiers: [String: String]
  /// Max poolings that the layer before their rectifier computes with its own output: its node's name → the pooling's.
  let poolings: [String: String]
  /// Nodes whose output is kept in its rectified form only, in the memory of their rectifier.
  private let inPlace: Set<String>

  /// Uploads `network` for batches of up to `batch` images; with `scoresOnly` what only a backward pass reads is not kept.
  ///
  /// - Throws: `UnsupportedLayer` for a layer without kernels, `ComputeError.insufficientMemory` where the plan is
  ///   beyond the device.
  public convenience init(
    _ network: Network, on engine: Engine, batch: Int = 1, scoresOnly: Bool = false
  ) throws {
    let inPlace = scoresOnly ? Set(network.rectifiers(engine.family).keys) : []
    try self.init(network, on: engine, batch: batch, rectifiedInPlace: inPlace)
  }

  /// - Parameters:
  ///   - inPlace: nodes before a rectifier whose own output nobody will read.
  ///   - inputs: batches whose images have memory, one that is computed and one that goes up meanwhile.
  init(_ network: Network, on engine: Engine, batch: Int, rectifiedInPlace inPlace: Set<String>, inputs: Int = 1) throws
  {
    precondition(batch > 0 && inputs > 0, "batch \(batch), \(inputs) inputs")
    self.network = network
    self.engine = engine
    self.batch = batch
    base = nil
    factors = ForwardFactors()
    weightFiles = network.weightFiles
    rectifiers = network.rectifiers(engine.family)
    poolings = network.poolings(behind: rectifiers, engine.choice)
    self.inPlace = inPlace.intersection(rectifiers.keys)
    inputNames = [network.inputName]

    for node in network.nodes
    where !(node.layer is any LinearLayer || node.layer is any NonlinearLayer || node.layer is any PassingLayer) {
      throw UnsupportedLayer(
        node: node.name, problem: "layer type \(node.layer.typeName) has no kernel")
    }
    let needed = Self.bytes(of: network, batch: batch, on: engine, inputs: inputs)
    guard engine.device.globalMemory == 0 || needed <= engine.device.globalMemory else {
      throw ComputeError.insufficientMemory(
        what: "\(network.name) with a batch of \(batch)", needed: needed, available: engine.device.globalMemory,
        remedy: "use a smaller batch or image, or another device")
    }
    let scratchCount = Self.scratchCount(of: network, batch: batch, on: engine)
    scratch = scratchCount > 0 ? try Buffer(count: scratchCount, on: engine.queue, for: "intermediate values") : nil
    try allocate(inputs: inputs)
    try upload()
  }

  static func scratchCount(of network: Network, batch: Int, on engine: Engine) -> Int {
    network.nodes.reduce(0) { most, node in
      let shapes = network.layerShapes(of: node)
      return max(most, (node.layer as? any LinearLayer)?.scratchCount(for: shapes, batch: batch, on: engine) ?? 0)
    }
  }

  /// Bytes of weights and activations on the device.
  ///
  /// - Parameter inputs: batches whose images have memory.
  public static func bytes(of network: Network, batch: Int, on engine: Engine, inputs: Int = 1) -> Int {
    let activations = network.nodes.reduce(inputs * network.inputShape.count) {
      $0 + (network.sharesInput($1) ? 0 : network.shapes[$1.name]!.count)
    }
    let packed = network.nodes.reduce(0) {
      let shapes = network.layerShapes(of: $1)
      return $0
        + (($1.layer as? any LinearLayer)?.packedCount(for: .forward, parts: 1, shapes: shapes, engine.choice) ?? 0)
    }
    return MemoryLayout<Float>.stride
      * (network.parameterCount + packed + batch * activations + scratchCount(of: network, batch: batch, on: engine))
  }

  func shapes(of node: Network.Node) -> LayerShapes {
    network.layerShapes(of: node)
  }

  func activation(_ name: String) -> Buffer<Float> { inputNames.contains(name) ? input : activations[name]! }

  /// Whether a node's output is kept in its rectified form only.
  func isRectifiedInPlace(_ name: String) -> Bool { inPlace.contains(name) || base?.isRectifiedInPlace(name) ?? false }

  func parameters(of node: Network.Node) -> DeviceParameters { parameters[node.name] ?? DeviceParameters() }

  private func allocate(inputs count: Int) throws {
    func buffer(_ name: String) throws -> Buffer<Float> {
      try Buffer(count: network.shapes[name]!.count * batch, on: engine.queue, for: "activations of \(name)")
    }
    for _ in 0..<count { inputs.append(try buffer(network.inputName)) }
    for node in network.nodes where !inPlace.contains(node.name) {
      if passesInput(node) {
        inputNames.insert(node.name)
      } else {
        activations[node.name] = network.sharesInput(node) ? activations[node.inputs[0]]! : try buffer(node.name)
      }
    }
    for name in inPlace { activations[name] = activations[rectifiers[name]!] }
  }

  /// Whether a node's output is the network's input.
  private func passesInput(_ node: Network.Node) -> Bool {
    network.sharesInput(node) && inputNames.contains(node.inputs[0])
  }

  private func upload() throws {
    for node in network.nodes {
      guard let layer = node.layer as? any LinearLayer else { continue }
      var uploaded = try Self.upload(layer, shapes: shapes(of: node), name: node.name, on: engine)
      uploaded.scratch = scratch
      parameters[node.name] = uploaded
    }
  }

  /// - Throws: `MappedFileError` where a file in which kernels read weights has changed since it was loaded.
  func requireUnchangedWeights() throws {
    guard engine.device.sharesHostMemory else { return }
    for file in weightFiles { try file.requireUnchanged() }
  }

  /// A layer's weights, bias and tables on the device.
  static func upload(
    _ layer: any LinearLayer, shapes: LayerShapes, name: String, on engine: Engine
  ) throws -> DeviceParameters {
    func buffer(_ tensor: Tensor, _ what: String) throws -> Buffer<Float> {
      try tensor.buffer(on: engine, for: "\(what) of \(name)")
    }
    var result = DeviceParameters()
    if let (weight, bias) = layer.linearMap {
      let original = try buffer(weight, "weights")
      result.weight = try layer.arranged(original, on: engine)
      // Kernels that pack keep what they pack from; the others would keep a copy nobody reads.
      if layer.packsWeights(engine.choice) { result.weights = LayerWeights(original) }
      if let bias {
        let ordered = Tensor(
          shape: bias.shape, scalars: ChannelsLast.scalars(of: bias.reshaped(Shape([1] + bias.shape.extents))))
        result.bias = try buffer(ordered, "bias")
        result.biasMode = bias.shape.rank == 1 ? .perChannel : .perPosition
      }
    }
    let tables = layer.tables(for: shapes)
    if !tables.isEmpty { result.tables = try Buffer(tables, on: engine.queue, for: "tables of \(name)") }
    return result
  }

  /// Runs the network on `images`, `[N, C, H, W]` with N ≤ `batch`. Nothing comes down.
  ///
  /// The trace is valid until the next forward pass.
  public func forward(_ images: Tensor) throws -> Trace {
    try load(images)
    return try forward(count: images.shape[0])
  }

  /// Puts images `[N, C, H, W]` into `input`.
  func load(_ images: Tensor) throws { try engine.queue.write(checked(images), to: input) }

  /// - Precondition: the images fit the network and its batch.
  func checked(_ images: Tensor) -> Tensor {
    precondition(
      Shape(Array(images.shape.extents.dropFirst())) == network.inputShape && images.shape[0] <= batch,
      "images \(images.shape) for batches of \(batch) of input \(network.inputShape)")
    return images
  }

  /// Memory of a batch's images, channels last `[N, H, W, C]`, for kernels to write before `forward(count:)`.
  package var input: Buffer<Float> { base?.input ?? inputs[currentInput] }

  /// Bytes of the network's own memory.
  var bytes: Int { Self.bytes(of: network, batch: batch, on: engine, inputs: base?.inputs.count ?? inputs.count) }

  /// Makes `input` the memory of the batch to come. The other keeps its images for the pass that reads them.
  func turnInput() { currentInput = (currentInput + 1) % inputs.count }

  /// The latest pass's scores, `[N, K]`, for kernels to read.
  package var output: Buffer<Float> { activation(network.outputName) }

  /// Runs the network on the first `count` images that lie in `input`; with `scoresOnly` nothing is made for a backward pass.
  package func forward(count: Int, scoresOnly: Bool = false) throws -> Trace {
    let fused = Set(rectifiers.values).union(poolings.values)
    makesFactors = !scoresOnly
    defer { makesFactors = false }
    return try pass(count: count) {
      for node in network.nodes where !fused.contains(node.name) { try run(node, images: count) }
    }
  }

  /// A forward pass of `count` images whose launches are those of `body`.
  func pass(count: Int, _ body: () throws -> Void) throws -> Trace {
    precondition(count >= 1 && count <= batch, "\(count) images for a batch of \(batch)")
    precondition(base == nil, "the forward pass belongs to the network this one shares")
    try requireUnchangedWeights()
    ownGeneration += 1
    try body()
    return Trace(network: self, count: count, generation: generation)
  }

  /// A network that shares the weights and activations of `base` but for the nodes `replaced`: a part of it, or one with
  /// another top.
  ///
  /// - Precondition: the other nodes are those of `base`.
  public init(_ network: Network, sharing base: DeviceNetwork, replaced: Set<String> = []) throws {
    self.network = network
    engine = base.engine
    batch = base.batch
    self.base = base
    factors = base.factors
    weightFiles = network.weightFiles
    (rectifiers, poolings, inPlace) = ([:], [:], [])
    // Another top may need more than the base has.
    let needed = Self.scratchCount(of: network, batch: batch, on: engine)
    scratch =
      needed > (base.scratch?.count ?? 0)
      ? try Buffer(count: needed, on: engine.queue, for: "intermediate values") : base.scratch
    inputNames = [network.inputName]
    for node in network.nodes {
      if replaced.contains(node.name) {
        let count = network.shapes[node.name]!.count * batch
        activations[node.name] =
          network.sharesInput(node)
          ? activation(node.inputs[0])
          : try Buffer(count: count, on: engine.queue, for: "activations of \(node.name)")
        guard let layer = node.layer as? any LinearLayer else { continue }
        var uploaded = try Self.upload(layer, shapes: shapes(of: node), name: node.name, on: engine)
        uploaded.scratch = scratch
        parameters[node.name] = uploaded
      } else if base.inputNames.contains(node.name) {
        inputNames.insert(node.name)
      } else {
        guard let shared = base.activations[node.name] else { preconditionFailure("\(node.name) is not shared") }
        activations[node.name] = shared
        parameters[node.name] = base.parameters[node.name]
      }
    }
    self.replaced = replaced
  }

  /// The latest forward pass of the network this one shares, carried on through the replaced nodes.
  public func continued(_ trace: Trace) throws -> Trace {
    precondition(trace.network === base, "a trace of another network")
    trace.requireCurrent()
    for node in network.nodes where replaced.contains(node.name) { try run(node, images: trace.count) }
    return Trace(network: self, count: trace.count, generation: generation)
  }

  /// One layer's forward pass, and that of the rectifier that it computes with its own.
  func run(_ node: Network.Node, images: Int) throws {
    try engine.queue.labelled("\(node.name) forward") { try launch(node, images: images) }
  }

  private func launch(_ node: Network.Node, images: Int) throws {
    let inputs = node.inputs.map(activation)
    let shapes = shapes(of: node)
    let asked = makesFactors ? factors : nil
    switch node.layer {
    case let layer as any LinearLayer:
      let operands = zip(inputs, shapes.inputs).map(Operand.init)
      var finish = Finish()
      var target = activation(node.name)
      if let rectifier = rectifiers[node.name] {
        finish.rectifies = true
        if !inPlace.contains(node.name) { finish.kept = target }
        target = activation(rectifier)
      }
      var made = asked?.made(of: node.name)
      if let pooling = poolings[node.name] {
        let (own, ofWinners) = (asked?.made(of: pooling), asked?.made(of: node.name, winnersOf: pooling))
        finish.pooling = PoolingRequest(
          maxima: activation(pooling), factor: own?.request, masks: ofWinners != nil)
        if let own { factors.note(own.factor, generation: generation) }
        made = ofWinners ?? made
      }
      if let made {
        try layer.apply(
          operands, parameters(of: node), factor: made.request, finish: finish, into: target, shapes: shapes,
          batch: images, on: engine)
        return factors.note(made.factor, generation: generation)
      }
      try layer.apply(
        operands, parameters(of: node), for: .forward, finish: finish, into: target, shapes: shapes, batch: images,
        on: engine)
    case let layer as any NonlinearLayer:
      if let made = asked?.made(of: node.name) {
        try layer.forward(
          inputs, factor: made.request, asking: made.layer, into: activation(node.name), shapes: shapes, batch: images,
          on: engine)
        return factors.note(made.factor, generation: generation)
      }
      try layer.forward(inputs, into: activation(node.name), shapes: shapes, batch: images, on: engine)
    default:
      guard !network.sharesInput(node) else { break }
      try Reshape.rearrange(
        inputs[0], shapes.inputs[0], into: activation(node.name), shapes.output, accumulate: false, batch: images,
        on: engine)
    }
  }
}

extension Network {
  fileprivate var weightFiles: [MappedFile] {
    let maps = nodes.compactMap { ($0.layer as? any LinearLayer)?.linearMap }
    let files = maps.flatMap { [$0.weight.file, $0.bias?.file] }.compactMap { $0 }
    return Array(Dictionary(files.map { (ObjectIdentifier($0), $0) }) { first, _ in first }.values)
  }

  /// Rectifiers that alone read a layer whose kernels can rectify.
  func rectifiers(_ family: KernelFamily) -> [String: String] {
    var readers: [String: Int] = [outputName: 1]
    for node in nodes { for input in node.inputs { readers[input, default: 0] += 1 } }
    var result: [String: String] = [:]
    for node in nodes where node.layer is ReLU && readers[node.inputs[0]] == 1 {
      guard let before = self[node.inputs[0]], let layer = before.layer as? any LinearLayer,
        layer.finishes(family)
      else { continue }
      result[before.name] = node.name
    }
    return result
  }

  /// Max poolings that alone read such a rectifier, where the layer before can take them with its own output.
  func poolings(behind rectifiers: [String: String], _ choice: KernelChoice) -> [String: String] {
    let readers = Dictionary(grouping: nodes.flatMap { node in node.inputs.map { ($0, node) } }, by: \.0)
    return rectifiers.compactMapValues { rectifier in
      guard let only = readers[rectifier], only.count == 1, rectifier != outputName,
        let pooling = only[0].1.layer as? MaxPooling, pooling.hasPairs(layerShapes(of: only[0].1))
      else { return nil }
      return only[0].1.name
    }.filter { name, _ in
      let node = self[name]!
      return (node.layer as! any LinearLayer).pools(for: layerShapes(of: node), choice)
    }
  }

  /// Whether a node's output is its input under another name, so that both lie in the same memory.
  func sharesInput(_ node: Node) -> Bool {
    node.layer is any PassingLayer && !ChannelsLast.moves(from: shapes[node.inputs[0]]!, to: shapes[node.name]!)
  }
}

/// A layer the library cannot run or explain, by name, with what it can.
public struct UnsupportedLayer: Error, CustomStringConvertible {
  public let node: String
  public let problem: String

  /// All layer types.
  public static let supported = [
    Convolution.typeName, Dense.typeName, ReLU.typeName, MaxPooling.typeName, AveragePooling.typeName,
    AdaptiveAveragePooling.typeName, BatchNormalization.typeName, Addition.typeName, Concatenation.typeName,
    Reshape.typeName, Dropout.typeName, Identity.typeName, LocalResponseNormalization.typeName, Softmax.typeName,
  ]

  public var description: String {
    "\(node): \(problem); supported: \(Self.supported.joined(separator: ", "))"
  }
}
