/// Integrated gradients: R = (x − x₀) ⊙ 1/n Σ_{k=1…n} ∂f/∂x at x₀ + k/n·(x − x₀), the right Riemann sum of the path
/// integral, as the paper writes it.
///
/// As n grows ΣR tends to f(x) − f(x₀). Source: Sundararajan et al. 2017, equations 1 and 3. captum integrates by
/// Gauss–Legendre by default: ask it for `method="riemann_right"` to compare.
public struct IntegratedGradientsMethod: AttributionMethod {
  public static let name = "integrated-gradients"
  public static let summary = "(x − x₀) ⊙ mean of ∂f/∂x from x₀ to x (Sundararajan et al. 2017)"

  public var steps: Int
  /// x₀, `[C, H, W]`; nil is 0.
  public var baseline: Tensor?

  /// - Precondition: at least one step.
  public init(steps: Int = 50, baseline: Tensor? = nil) {
    precondition(steps > 0, "\(steps) steps")
    self.steps = steps
    self.baseline = baseline
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("steps", steps), RuleParameter("baseline", baseline == nil ? "0" : "given")]
  }

  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    if let baseline, baseline.shape != model.network.inputShape {
      throw AttributionError(
        "baseline of shape \(baseline.shape), expected that of the input, \(model.network.inputShape)")
    }
    let start = baseline?.scalars ?? [Float](repeating: 0, count: model.network.inputShape.count)
    var result: [Float] = []
    for image in targets.indices {
      let x = images[image].scalars
      let mean = try model.meanGradient(steps, of: targets[image]) { k in
        let share = Double(k + 1) / Double(steps)
        return x.indices.map { Float(Double(start[$0]) + share * (Double(x[$0]) - Double(start[$0]))) }
      }
      result += x.indices.map { Float((Double(x[$0]) - Double(start[$0])) * mean[$0]) }
    }
    return Tensor(shape: images.shape, scalars: result)
  }
}
