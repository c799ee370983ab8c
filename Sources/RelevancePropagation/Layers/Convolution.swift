internal import Compute
internal import KernelSources

/// Two-dimensional convolution (cross-correlation, as every framework defines it).
///
///     z[k, p, q] = b[k] + Σ_c Σ_r Σ_s  x[c, p·stride − pad + r·dilation, …] · w[k, c, r, s]
///
/// Input `[C, H, W]`, output `[K, P, Q]` with P = ⌊(H + pads − dilation·(R − 1) − 1) / stride⌋ + 1. Outside the image
/// x = 0, for relevance too: padding is no input and receives none.
public struct Convolution: Layer {
  public static let typeName = "convolution"

  /// `[K, C/groups, R, S]` (OIHW).
  public var weight: Tensor
  /// `[K]`, or `[K, P, Q]` where a canonizer folded a batch norm into a padded convolution, or none.
  public var bias: Tensor?
  public var stride: Extent
  public var padding: Padding
  public var dilation: Extent
  public var groups: Int

  public init(
    weight: Tensor, bias: Tensor?, stride: Extent = Extent(1), padding: Padding = .zero,
    dilation: Extent = Extent(1), groups: Int = 1
  ) {
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  public var parameters: [Parameter] {
    [Parameter("weight", weight)] + (bias.map { [Parameter("bias", $0)] } ?? [])
  }

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    let (channels, height, width) = try requireImage(inputs[0])
    guard weight.shape.rank == 4 else {
      throw LayerError("expected weights [K, C, R, S], found \(weight.shape)")
    }
    let filters = weight.shape[0]
    guard groups > 0, stride.vertical > 0, stride.horizontal > 0, dilation.vertical > 0, dilation.horizontal > 0,
      [padding.top, padding.left, padding.bottom, padding.right].allSatisfy({ $0 >= 0 })
    else {
      throw LayerError("stride \(stride), dilation \(dilation), padding \(padding), groups \(groups): out of range")
    }
    guard filters % groups == 0, weight.shape[1] * groups == channels else {
      let expected = Shape([filters, channels / groups, weight.shape[2], weight.shape[3]])
      throw LayerError(
        "expected weights \(expected) for \(channels) input channels in \(groups) group(s), found \(weight.shape)",
        remedy: weight.shape[3] * groups == channels ? "is the file channels-last?" : "")
    }
    let shape = Shape([
      filters,
      Self.extent(
        height, padding.top + padding.bottom, weight.shape[2], stride.vertical, dilation.vertical),
      Self.extent(
        width, padding.left + padding.right, weight.shape[3], stride.horizontal, dilation.horizontal),
    ])
    if let bias, bias.shape != [filters], bias.shape != shape {
      throw LayerError("expected bias [\(filters)], found \(bias.shape)")
    }
    return shape
  }

  private static func extent(_ input: Int, _ padding: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
    let span = input + padding - dilation * (kernel - 1) - 1
    return span < 0 ? 0 : span / stride + 1
  }
}

extension Convolution: LinearLayer {
  var linearMap: (weight: Tensor, bias: Tensor?)? { (weight, bias) }

  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let weight = parameters.weight!
    let geometry = geometry(shapes)
    if engine.family == .cpu {
      return try run(
        inputs[0], parameters, for: pass, transposed: false, finish: finish, into: output, shapes: shapes, batch: batch,
        on: engine)
    }
    if engine.family == .gpu {
      return try GatherConvolution(geometry, isTransposed: false).run(
        inputs[0], parameters, finish: finish, into: output, batch: batch, on: engine)
    }
    try engine.launch(
      "convolution_apply", grid: Grid(Int(geometry.P * geometry.Q), Int(geometry.K), batch),
      geometry, inputs[0].buffer, Int32(inputs[0].stride), inputs[0].part, weight, parameters.bias ?? weight,
      parameters.biasMode.rawValue, finish.coefficient, Int32(finish.accumulate ? 1 : 0), output)
  }

  /// In one launch where Winograd's algorithm transforms the input alike for activations and denominators.
  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, factor: FactorRequest, finish: Finish,
    into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    if finish.rectifies, let tile = tileOfBoth(shapes, engine.choice) {
      return try WinogradConvolution(ConvolutionView(self, shapes, transposed: false), tile: tile, on: engine).run(
        inputs[0], parameters, usesBias: true, finish: finish, factor: factor, into: output, batch: batch, on: engine)
    }
    try applyInTurn(
      inputs, parameters, factor: factor, finish: finish, into: output, shapes: shapes, batch: batch, on: engine)
  }

  /// The tile by which Winograd's algorithm makes activations and denominators; nil where it makes them apart or not at all.
  private func tileOfBoth(_ shapes: LayerShapes, _ choice: KernelChoice) -> Int? {
    guard choice.family == .cpu,
      case .winograd(let tile) = ConvolutionAlgorithm(self, for: .forward, shapes, choice),
      ConvolutionAlgorithm(self, for: .denominators(bounded: true), shapes, choice) == .winograd(tile: tile)
    else { return nil }
    return tile
  }

  func pools(for shapes: LayerShapes, _ choice: KernelChoice) -> Bool {
    guard choice.family == .cpu, case .winograd = ConvolutionAlgorithm(self, for: .forward, shapes, choice) else {
      return false
    }
    return true
  }

  func masksWinners(for shapes: LayerShapes, _ choice: KernelChoice) -> Bool { tileOfBoth(shapes, choice) != nil }

  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, for pass: Pass, finish: Finish,
    into c: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let geometry = geometry(shapes)
    let operand = Operand(s, shapes.output)
    if engine.family == .cpu {
      return try run(
        operand, parameters, for: pass, transposed: true, finish: finish, into: c, shapes: shapes, batch: batch,
        on: engine)
    }
    if engine.family == .gpu {
      return try GatherConvolution(geometry, isTransposed: true).run(
        operand, parameters, finish: finish, into: c, batch: batch, on: engine)
    }
    try engine.launch(
      "convolution_transpose", grid: Grid(Int(geometry.H * geometry.W), Int(geometry.C), batch),
      geometry, s, parameters.weight!, c)
  }

  /// Winograd's algorithm reads every tile of its input several times, and forms it before.
  func spreads(for pass: Pass, shapes: LayerShapes, _ choice: KernelChoice) -> Bool {
    guard choice.family == .cpu, case .winograd = ConvolutionAlgorithm(self, for: pass, shapes, choice) else {
      return false
    }
    return true
  }

  func transpose(
    _ windows: SpreadWindows, _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into c: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    guard case .winograd(let tile) = ConvolutionAlgorithm(self, for: pass, shapes, engine.choice) else {
      preconditionFailure("s is stored")
    }
    try WinogradConvolution(ConvolutionView(self, shapes, transposed: true), tile: tile, on: engine).run(
      Operand(windows.factors, shapes.output), windows: windows, parameters, usesBias: false, finish: finish,
      into: c, batch: batch, on: engine)
  }

  /// On a CPU, by the algorithm that suits shape and pass.
  private func run(
    _ input: Operand, _ parameters: DeviceParameters, for pass: Pass, transposed: Bool, finish: Finish,
    into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let view = ConvolutionView(self, shapes, transposed: transposed)
    switch ConvolutionAlgorithm(self, for: pass, shapes, engine.choice) {
    case .winograd(let tile):
      try WinogradConvolution(view, tile: tile, on: engine).run(
        input, parameters, usesBias: !transposed, finish: finish, into: output, batch: batch, on: engine)
    case .gathered:
      try GatheredConvolution(view, on: engine).run(
        input, parameters, usesBias: !transposed, finish: finish, into: output, batch: batch, on: engine)
    case .direct:
      try DirectConvolution(view, on: engine).run(
        input, parameters, finish: finish, into: output, batch: batch, on: engine)
    case .scattered:
      try ScatteredConvolution(view, part: parameters.part, on: engine).run(
        input.buffer, parameters, finish: finish, into: output, batch: batch, on: engine)
    case .depthwise:
      try DepthwiseConvolution(view: view).run(
        input, parameters, usesBias: !transposed, finish: finish, into: output, geometry: geometry(shapes),
        batch: batch,
        on: engine)
    }
  }

  func packsWeights(_ choice: KernelChoice) -> Bool { choice.family == .cpu }
  func finishes(_ family: KernelFamily) -> Bool { family != .plain }

  func stackedParts(_ family: KernelFamily) -> Int {
    family == .cpu && groups == 1 ? ScatteredConvolution.mostOutputs / weight.shape[1] : 0
  }

  func stackedTranspose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, terms: [StackedTerm], activation: Buffer<Float>, targets: Int,
    accumulate: Bool, into relevance: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let image = Operand(activation, shapes.inputs[0])
    try ScatteredConvolution(ConvolutionView(self, shapes, transposed: true), terms: terms, on: engine).run(
      s, parameters, finish: Finish(product: image, accumulate: accumulate, targets: targets), into: relevance,
      batch: batch, on: engine)
  }

  /// A CPU's algorithm for a pass of `parts` of ρ(w) side by side.
  private func algorithm(
    for pass: Pass, parts: Int, _ shapes: LayerShapes, _ choice: KernelChoice
  ) -> ConvolutionAlgorithm {
    parts > 1 ? .scattered : ConvolutionAlgorithm(self, for: pass, shapes, choice)
  }

  func packedCount(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> Int {
    guard choice.family == .cpu else { return 0 }
    return algorithm(for: pass, parts: parts, shapes, choice)
      .packedCount(self, transposed: pass.isBackward, parts: parts)
  }

  func products(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> Int? {
    guard choice.family == .cpu else { return nil }
    return algorithm(for: pass, parts: parts, shapes, choice)
      .products(ConvolutionView(self, shapes, transposed: pass.isBackward), parts: parts)
  }

  func algorithmName(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> String? {
    switch choice.family {
    case .plain: nil
    case .cpu: algorithm(for: pass, parts: parts, shapes, choice).description
    case .gpu: GatherConvolution(geometry(shapes), isTransposed: pass.isBackward).isDepthwise ? "depthwise" : "tiled"
    }
  }

  func evenBorder(_ shapes: LayerShapes) -> Int? {
    guard bias?.shape.rank != 3 else { return nil }
    // Outputs that read padding, before and after.
    func outside(_ axis: Int, _ before: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      let (input, output, span) = (shapes.inputs[0][axis], shapes.output[axis], (kernel - 1) * dilation + 1)
      let inside = input + before < span ? 0 : (input + before - span) / stride + 1
      return max((before + stride - 1) / stride, output - inside)
    }
    let border = max(
      outside(1, padding.top, weight.shape[2], stride.vertical, dilation.vertical),
      outside(2, padding.left, weight.shape[3], stride.horizontal, dilation.horizontal))
    return 2 * border < min(shapes.output[1], shapes.output[2]) ? border : nil
  }

  func scratchCount(for shapes: LayerShapes, batch: Int, on engine: Engine) -> Int {
    guard engine.family == .cpu else { return 0 }
    let uses: [(Pass, Bool)] = [
      (.forward, false), (.denominators(bounded: true), false), (.backward(bounded: true), true),
    ]
    return uses.reduce(0) { most, use in
      guard case .winograd(let tile) = ConvolutionAlgorithm(self, for: use.0, shapes, engine.choice) else {
        return most
      }
      let view = ConvolutionView(self, shapes, transposed: use.1)
      return max(most, WinogradConvolution(view, tile: tile, on: engine).scratchCount(batch: batch))
    }
  }

  /// By taps for the GPU's kernels: one order serves both directions.
  func arranged(_ original: Buffer<Float>, on engine: Engine) throws -> Buffer<Float> {
    let taps = weight.shape[2] * weight.shape[3]
    guard engine.family == .gpu, taps > 1 else { return original }
    let packed = try Buffer<Float>(count: weight.count, on: engine.queue, for: "weights by taps")
    try engine.launch(
      "pack_by_taps", grid: Grid(weight.count / taps, taps), Int32(weight.count / taps), Int32(taps), original, packed)
    return packed
  }

  func geometry(_ shapes: LayerShapes) -> ConvolutionGeometry {
    let input = shapes.inputs[0]
    let output = shapes.output
    return ConvolutionGeometry(
      C: Int32(input[0]), H: Int32(input[1]), W: Int32(input[2]),
      K: Int32(output[0]), P: Int32(output[1]), Q: Int32(output[2]),
      R: Int32(weight.shape[2]), S: Int32(weight.shape[3]),
      strideY: Int32(stride.vertical), strideX: Int32(stride.horizontal),
      padTop: Int32(padding.top), padLeft: Int32(padding.left),
      dilationY: Int32(dilation.vertical), dilationX: Int32(dilation.horizontal), groups: Int32(groups))
  }
}
