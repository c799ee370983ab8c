/// The gradient: R = ∂f/∂x, how f changes with each input number.
///
/// Source: Simonyan et al. 2014 (they draw the largest magnitude over the channels).
public struct GradientMethod: AttributionMethod {
  public static let name = "gradient"
  public static let summary = "∂f/∂x (Simonyan et al. 2014)"
  public init() {}
  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    try model.gradients(images, targets)
  }
}
