internal import Compute

/// Sum of two or more inputs of one shape: the end of a residual block.
public struct Addition: Layer {
  public static let typeName = "addition"
  public init() {}
  public var inputCount: ClosedRange<Int> { 2...64 }
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard inputs.allSatisfy({ $0 == inputs[0] }) else {
      throw LayerError("expected inputs of one shape, found \(inputs.map(\.description).joined(separator: ", "))")
    }
    return inputs[0]
  }
}

extension Addition: LinearLayer {
  func finishes(_ family: KernelFamily) -> Bool { family != .plain }

  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    guard finishes(engine.family) else {
      for (index, input) in inputs.enumerated() {
        try addPart(
          input, coefficient: finish.coefficient, accumulate: finish.accumulate || index > 0, into: output,
          shapes: shapes, batch: batch, on: engine)
      }
      return
    }
    // Two inputs a launch, then one at a time; the last does what becomes of the sum.
    for index in inputs.indices.dropFirst() {
      let (isPair, isLast) = (index == 1, index == inputs.count - 1)
      var own = isLast ? finish : Finish(coefficient: finish.coefficient)
      own.accumulate = !isPair || finish.accumulate
      let target = isLast ? output : finish.kept ?? output
      let (epilogue, arrays) = own.arguments(nil, into: target, count: shapes.output.count)
      let (x, y) = (inputs[isPair ? 0 : index], inputs[index])
      try engine.launch(
        "addition_apply", grid: Grid(engine.vectors(shapes.output.count), batch),
        [epilogue, x.buffer, Int32(x.stride), x.part, Int32(isPair ? 1 : 0), y.buffer, Int32(y.stride), y.part]
          + arrays)
    }
  }

  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, for pass: Pass, finish: Finish,
    into c: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    guard finishes(engine.family) else {
      return try Slice.whole(shapes.output.count).copy(s, into: c, accumulate: false, batch: batch, on: engine)
    }
    let (epilogue, arrays) = finish.arguments(nil, into: c, count: shapes.output.count)
    try engine.launch(
      "addition_transpose", grid: Grid(engine.vectors(shapes.output.count), batch), [epilogue, s] + arrays)
  }

  private func addPart(
    _ input: Operand, coefficient: Float, accumulate: Bool, into output: Buffer<Float>, shapes: LayerShapes, batch: Int,
    on engine: Engine
  ) throws {
    let count = shapes.output.count
    try engine.launch(
      "add_part", grid: Grid(engine.vectors(count), batch), Int32(count), input.buffer, Int32(input.stride), input.part,
      coefficient, Int32(accumulate ? 1 : 0), output)
  }
}
