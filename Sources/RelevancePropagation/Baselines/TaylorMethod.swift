/// Simple Taylor decomposition: R = (x − x̃) ⊙ ∂f/∂x at a root x̃, the linear terms of f's expansion there.
///
/// Where f(x̃) = 0 and f is linear between, ΣR = f(x). The root is an image the user chooses, or the zero of f on the
/// segment from it to x, found by bisection.
/// Source: Bach et al. 2015, "Taylor-type decomposition"; Montavon et al. 2018, section 4.2.
public struct TaylorMethod: AttributionMethod {
  public static let name = "taylor"
  public static let summary = "(x − x̃) ⊙ ∂f/∂x at a root x̃ (Bach et al. 2015; Montavon et al. 2018)"

  /// `[C, H, W]`, one root for all images; nil is x̃ = 0.
  public var root: Tensor?
  /// Whether x̃ is the zero of f between `root` and x, rather than `root` itself.
  public var searching: Bool

  public init(root: Tensor? = nil, searching: Bool = false) {
    self.root = root
    self.searching = searching
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("root", root == nil ? "0" : "given"), RuleParameter("search", searching)]
  }

  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    let x = images.scalars
    let count = model.network.inputShape.count
    if let root, root.shape != model.network.inputShape {
      throw AttributionError("root of shape \(root.shape), expected that of the input, \(model.network.inputShape)")
    }
    let reference = root?.scalars ?? [Float](repeating: 0, count: count)
    /// x̃ = reference + share·(x − reference), a share an image.
    func roots(_ share: [Double]) -> Tensor {
      Tensor(
        shape: images.shape,
        scalars: x.indices.map { i in
          let r = reference[i % count]
          return r + Float(share[i / count]) * (x[i] - r)
        })
    }
    let none = [Double](repeating: 0, count: targets.count)
    let start = roots(searching ? try search(images, targets, model, at: roots) : none)
    let gradient = try model.gradients(start, targets).scalars
    let tilde = start.scalars
    return Tensor(shape: images.shape, scalars: x.indices.map { (x[$0] - tilde[$0]) * gradient[$0] })
  }

  /// Halves the segment 30 times: below float32's resolution.
  private func search(
    _ images: Tensor, _ targets: [Target], _ model: GradientModel, at: ([Double]) -> Tensor
  ) throws -> [Double] {
    let far = try model.values(images, targets)
    let near = try model.values(at(Array(repeating: 0, count: targets.count)), targets)
    for index in targets.indices where near[index] != 0 && (near[index] > 0) == (far[index] > 0) {
      throw AttributionError(
        "image \(index): no root between the reference and the image: f is \(near[index]) there and \(far[index]) here; "
          + "choose a reference on the other side of 0, or take it as it is (no search)")
    }
    var low = [Double](repeating: 0, count: targets.count)
    var high = [Double](repeating: 1, count: targets.count)
    for _ in 0..<30 {
      let middle = zip(low, high).map { ($0 + $1) / 2 }
      let values = try model.values(at(middle), targets)
      for index in values.indices {
        if (values[index] > 0) == (far[index] > 0) { high[index] = middle[index] } else { low[index] = middle[index] }
      }
    }
    return low
  }
}
