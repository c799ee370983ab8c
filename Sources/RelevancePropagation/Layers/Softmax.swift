internal import Compute

/// p_k = exp(z_k) / Σ exp(z_j) over all scalars of an image, `[F]` or `[F, 1, 1]`. Canonizers strip a final one, because
/// LRP explains the logit.
public struct Softmax: Layer {
  public static let typeName = "softmax"
  public init() {}
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard inputs[0].count == inputs[0][0] else {
      throw LayerError("expected one score per class, found \(inputs[0])")
    }
    return inputs[0]
  }
}

extension Softmax: NonlinearLayer {
  func forward(
    _ inputs: [Buffer<Float>], into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    try engine.launch("softmax", grid: Grid(batch), Int32(shapes.output.count), Int32(batch), inputs[0], output)
  }
}
