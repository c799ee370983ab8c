/// Deconvnet: the gradient, but a rectifier passes what is positive coming from above, whether it was on or off.
///
/// Source: Zeiler and Fergus 2014. Max pooling sends back to its first maximum ("switches").
public struct DeconvnetMethod: AttributionMethod {
  public static let name = "deconvnet"
  public static let summary = "at rectifiers max(R, 0) (Zeiler and Fergus 2014)"
  public init() {}
  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    try model.gradients(images, targets, rectifier: .deconvolution)
  }
}
