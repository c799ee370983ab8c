internal import Compute

/// Inputs one after another along the channels: `[C₁, H, W]`, `[C₂, H, W]` … to `[C₁ + C₂ + …, H, W]`.
public struct Concatenation: Layer {
  public static let typeName = "concatenation"
  public init() {}
  public var inputCount: ClosedRange<Int> { 1...1024 }
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    let rest = inputs[0].extents.dropFirst()
    guard inputs.allSatisfy({ $0.rank > 0 && $0.extents.dropFirst() == rest }) else {
      throw LayerError(
        "expected inputs that differ in channels only, found \(inputs.map(\.description).joined(separator: ", "))")
    }
    return Shape([inputs.reduce(0) { $0 + $1[0] }] + rest)
  }
}

extension Concatenation: NonlinearLayer {
  func forward(
    _ inputs: [Buffer<Float>], into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    for (index, input) in inputs.enumerated() {
      try slice(of: index, shapes).reversed.copy(input, into: output, accumulate: false, batch: batch, on: engine)
    }
  }

  /// The channels of every pixel of the output that input number `index` fills, as a copy from the output to that input.
  func slice(of index: Int, _ shapes: LayerShapes) -> Slice {
    let channels = shapes.inputs.map { $0[0] }
    return Slice(
      blocks: shapes.output.count / shapes.output[0], count: channels[index], sourceStride: shapes.output[0],
      sourceOffset: channels[..<index].reduce(0, +), targetStride: channels[index], targetOffset: 0)
  }
}
