/// Sensitivity analysis: R = (∂f/∂x)², never negative. Its sum is ‖∇f‖², the slope of f and not its value.
///
/// Source: Montavon et al. 2018, section 4.1.
public struct SensitivityMethod: AttributionMethod {
  public static let name = "sensitivity"
  public static let summary = "(∂f/∂x)² (Montavon et al. 2018)"
  public init() {}
  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    let gradient = try model.gradients(images, targets)
    return Tensor(shape: gradient.shape, scalars: gradient.scalars.map { $0 * $0 })
  }
}
