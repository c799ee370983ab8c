/// Guided backprop: the gradient, but a rectifier passes only what is positive coming from above, and only if it was on.
///
/// Source: Springenberg et al. 2015.
public struct GuidedBackpropMethod: AttributionMethod {
  public static let name = "guided-backprop"
  public static let summary = "at rectifiers R·1[a > 0]·1[R > 0] (Springenberg et al. 2015)"
  public init() {}
  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    try model.gradients(images, targets, rectifier: .guided)
  }
}
