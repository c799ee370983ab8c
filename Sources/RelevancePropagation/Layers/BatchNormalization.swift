internal import Compute

/// Batch normalization in its inference form: y = (x − μ)·γ/√(σ² + ε) + β, per channel.
///
/// Canonizers fold it into the neighbouring convolution or dense layer. Input and output `[C, H, W]` or `[C]`.
public struct BatchNormalization: Layer {
  public static let typeName = "batch normalization"
  /// γ, β, μ, σ²: each `[C]`.
  public var scale: Tensor
  public var shift: Tensor
  public var mean: Tensor
  public var variance: Tensor
  public var epsilon: Double

  public init(scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, epsilon: Double) {
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  public var parameters: [Parameter] {
    [
      Parameter("weight", scale), Parameter("bias", shift), Parameter("running_mean", mean),
      Parameter("running_var", variance),
    ]
  }

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    for parameter in parameters where parameter.tensor.shape != [inputs[0][0]] {
      throw LayerError("expected \(parameter.name) [\(inputs[0][0])], found \(parameter.tensor.shape)")
    }
    return inputs[0]
  }

  /// The same map as y = factor·x + offset, per channel, computed in Double.
  public var affine: (factor: [Double], offset: [Double]) {
    let gammas = scale.scalars
    let betas = shift.scalars
    let means = mean.scalars
    let factor = zip(gammas, variance.scalars).map { Double($0) / (Double($1) + epsilon).squareRoot() }
    return (factor, factor.indices.map { Double(betas[$0]) - Double(means[$0]) * factor[$0] })
  }
}

extension BatchNormalization: LinearLayer {
  var linearMap: (weight: Tensor, bias: Tensor?)? {
    let (factor, offset) = affine
    let shape: Shape = [factor.count]
    return (
      Tensor(shape: shape, scalars: factor.map { Float($0) }), Tensor(shape: shape, scalars: offset.map { Float($0) })
    )
  }

  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    try depthwise.apply(
      inputs, parameters, for: pass, finish: finish, into: output, shapes: planes(shapes),
      batch: batch, on: engine)
  }

  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, for pass: Pass, finish: Finish,
    into c: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    try depthwise.transpose(
      s, parameters, toInput: index, for: pass, finish: finish, into: c, shapes: planes(shapes), batch: batch,
      on: engine)
  }

  func packsWeights(_ choice: KernelChoice) -> Bool { depthwise.packsWeights(choice) }
  func finishes(_ family: KernelFamily) -> Bool { depthwise.finishes(family) }

  func packedCount(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> Int {
    depthwise.packedCount(for: pass, parts: parts, shapes: shapes, choice)
  }

  /// One 1 × 1 filter a channel.
  private var depthwise: Convolution {
    Convolution(weight: scale.reshaped([scale.count, 1, 1, 1]), bias: nil, groups: scale.count)
  }

  private func planes(_ shapes: LayerShapes) -> LayerShapes {
    let shape: Shape = [shapes.output[0], 1, shapes.output.count / shapes.output[0]]
    return LayerShapes(inputs: [shape], output: shape)
  }
}
