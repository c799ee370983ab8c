internal import Compute

/// Fully connected layer: z_k = b_k + Σ_i x_i·w_ki. Input `[F]`, output `[K]`.
public struct Dense: Layer {
  public static let typeName = "dense"

  /// `[K, F]`, as PyTorch stores it.
  public var weight: Tensor
  /// `[K]`, or none.
  public var bias: Tensor?

  public init(weight: Tensor, bias: Tensor?) {
    self.weight = weight
    self.bias = bias
  }

  public var parameters: [Parameter] {
    [Parameter("weight", weight)] + (bias.map { [Parameter("bias", $0)] } ?? [])
  }

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard weight.shape.rank == 2, inputs[0].rank == 1, weight.shape[1] == inputs[0][0] else {
      throw LayerError(
        "expected an input of \(weight.shape.rank == 2 ? String(weight.shape[1]) : "F") features for weights "
          + "\(weight.shape), found \(inputs[0])",
        remedy: "does the image have the size the network was trained for?")
    }
    if let bias, bias.shape != [weight.shape[0]] {
      throw LayerError("expected bias [\(weight.shape[0])], found \(bias.shape)")
    }
    return [weight.shape[0]]
  }
}

extension Dense: LinearLayer {
  var linearMap: (weight: Tensor, bias: Tensor?)? { (weight, bias) }

  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let weight = parameters.weight!
    if engine.family == .cpu {
      let rows = WeightRows(self.weight, on: engine)
      let (epilogue, arrays) = finish.arguments(parameters, into: output, count: shapes.output.count)
      // For one entry a piece a core, whose rows are read as long streams. For several, blocks of rows that stay in a second cache
      // while all entries read them, with their totals.
      let cores = engine.limits.computeUnits
      let columns =
        batch == 1
        ? min(max(rows.length / cores, 256), 16384).roundedUp(to: 16)
        : min(max(rows.length / (8 * cores), 64), 256).roundedUp(to: 32)
      let entriesAtOnce = min(batch, 64)
      return try engine.launch(
        rows.form.kernel, "dense_forward", groups: rows.form.groups((rows.length + columns - 1) / columns), items: 1,
        [
          Int32(shapes.inputs[0][0]), Int32(shapes.output[0]), Int32(batch), Int32(entriesAtOnce), Int32(columns),
          epilogue, inputs[0].buffer, Int32(inputs[0].stride), inputs[0].part, weight,
          LocalMemory(bytes: 4 * max(entriesAtOnce, 2) * columns),
        ] + arrays)
    }
    if engine.family == .gpu {
      return try MatrixProduct(weight: self.weight.shape, isTransposed: false).run(
        inputs[0], parameters, finish: finish, into: output, batch: batch, on: engine)
    }
    try engine.launch(
      "dense_apply", grid: Grid(shapes.output[0], batch), Int32(shapes.inputs[0][0]), Int32(shapes.output[0]),
      inputs[0].buffer, Int32(inputs[0].stride), inputs[0].part, weight, parameters.bias ?? weight,
      parameters.biasMode.rawValue, finish.coefficient, Int32(finish.accumulate ? 1 : 0), output)
  }

  /// A row for every input, for the CPU's kernels.
  func arranged(_ original: Buffer<Float>, on engine: Engine) throws -> Buffer<Float> {
    engine.family == .cpu ? try WeightRows(weight, on: engine).transposed(original, on: engine) : original
  }

  func finishes(_ family: KernelFamily) -> Bool { family != .plain }
  func algorithmName(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> String? {
    choice.family == .plain ? nil : "dense"
  }

  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, for pass: Pass, finish: Finish,
    into c: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let features = shapes.inputs[0][0]
    if engine.family == .cpu {
      let form = TileForm(on: engine)
      let (epilogue, arrays) = finish.arguments(nil, into: c, count: features)
      return try engine.launch(
        form.kernel, "dense_backward", groups: form.groups((features + 15) / 16), items: 1,
        [
          Int32(features), Int32(shapes.output[0]), Int32(batch), epilogue, s, parameters.weight!,
        ] + arrays)
    }
    if engine.family == .gpu {
      return try MatrixProduct(weight: weight.shape, isTransposed: true).run(
        Operand(s, shapes.output), parameters,
        finish: finish, into: c, batch: batch, on: engine)
    }
    try engine.launch(
      "dense_transpose", grid: Grid((features + 15) / 16, batch), Int32(features), Int32(shapes.output[0]), s,
      parameters.weight!, c)
  }
}
