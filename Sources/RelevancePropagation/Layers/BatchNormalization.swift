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
