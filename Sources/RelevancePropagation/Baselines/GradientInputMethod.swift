/// Gradient × input: R = x ⊙ ∂f/∂x. In a rectifier network without biases it equals LRP-0 and sums to f.
///
/// Source: Shrikumar et al. 2017.
public struct GradientInputMethod: AttributionMethod {
  public static let name = "gradient-x-input"
  public static let summary = "x ⊙ ∂f/∂x (Shrikumar et al. 2017)"
  public init() {}
  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    let gradient = try model.gradients(images, targets)
    return Tensor(shape: gradient.shape, scalars: zip(images.scalars, gradient.scalars).map { $0 * $1 })
  }
}
