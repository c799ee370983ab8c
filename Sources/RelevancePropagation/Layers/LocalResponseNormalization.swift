internal import Compute

/// Local response normalization across channels (AlexNet, CaffeNet, GoogLeNet):
///
///     y[c] = x[c] / (k + α/n · Σ_{c'} x[c']²)^β,   c' over the n channels around c
///
/// as PyTorch and ONNX define it (α divided by n). Input and output `[C, H, W]`.
public struct LocalResponseNormalization: Layer {
  public static let typeName = "local response normalization"
  /// n, in channels.
  public var size: Int
  public var alpha: Double
  public var beta: Double
  public var k: Double
  public init(size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard size > 0 else { throw LayerError("size \(size) is not positive") }
    _ = try requireImage(inputs[0])
    return inputs[0]
  }
}

extension LocalResponseNormalization: NonlinearLayer {
  func forward(
    _ inputs: [Buffer<Float>], into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let channels = shapes.output[0]
    let area = shapes.output.count / channels
    try engine.launch(
      "local_response", grid: Grid(channels, area, batch), Int32(channels), Int32(area), Int32(size), Float(alpha),
      Float(beta), Float(k), inputs[0], output)
  }
}
