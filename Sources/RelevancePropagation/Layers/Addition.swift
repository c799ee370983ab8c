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
  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let count = shapes.output.count
    for (index, input) in inputs.enumerated() {
      try engine.launch(
        "add_part", grid: Grid(engine.vectors(count), batch), Int32(count), input.buffer, Int32(input.stride),
        input.part, finish.coefficient,
        Int32(finish.accumulate || index > 0 ? 1 : 0), output)
    }
  }

  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, for pass: Pass, finish: Finish,
    into c: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    try Slice.whole(shapes.output.count).copy(s, into: c, accumulate: false, batch: batch, on: engine)
  }
}
