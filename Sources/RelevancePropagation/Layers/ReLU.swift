internal import Compute

/// Rectifier: y = max(x, 0).
public struct ReLU: Layer {
  public static let typeName = "ReLU"
  public init() {}
  public func outputShape(for inputs: [Shape]) throws -> Shape { inputs[0] }
}

extension ReLU: NonlinearLayer {
  func forward(
    _ inputs: [Buffer<Float>], into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let count = shapes.output.count * batch
    try engine.launch("rectifier_apply", grid: Grid(engine.vectors(count)), Int32(count), inputs[0], output)
  }

  /// The kernels' `mode`: what methods other than LRP do at a rectifier in the backward pass.
  enum BackwardMode: Int32 {
    case gradient = 0
    case guided = 1
    case deconvolution = 2
    case smooth = 3
  }

  static func backward(
    _ mode: BackwardMode, beta: Float, _ relevance: Buffer<Float>, activation: Buffer<Float>, accumulate: Bool,
    into target: Buffer<Float>, count: Int, targets: Int, batch: Int, on engine: Engine
  ) throws {
    try engine.launch(
      "rectifier_backward", grid: Grid(engine.vectors(count), batch), Int32(count), Int32(targets), activation,
      relevance,
      mode.rawValue, beta, Int32(accumulate ? 1 : 0), target)
  }
}
