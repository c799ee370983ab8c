/// SmoothGrad: the mean of the gradient over noisy copies of the image, R = 1/n Σ_i ∂f/∂x at x + noise_i.
///
/// The noise is given, or normal with deviation level·(max x − min x) of each image, from a seed: the same for an image
/// alone and in a batch. Source: Smilkov et al. 2017. zennit takes the image itself as its last sample: give noise that
/// ends with zeros for its numbers.
public struct SmoothGradMethod: AttributionMethod {
  public static let name = "smoothgrad"
  public static let summary = "mean of ∂f/∂x over noisy copies (Smilkov et al. 2017)"

  public enum Noise: Sendable {
    /// `[n, C, H, W]`, added as it is.
    case given(Tensor)
    case normal(samples: Int, level: Float, seed: UInt64)
  }

  public var noise: Noise

  /// - Precondition: at least one sample.
  public init(_ noise: Noise = .normal(samples: 50, level: 0.1, seed: 1)) {
    if case .normal(let samples, _, _) = noise { precondition(samples > 0, "\(samples) samples") }
    self.noise = noise
  }

  public var parameters: [RuleParameter] {
    switch noise {
    case .given(let tensor): [RuleParameter("samples", tensor.shape[0]), RuleParameter("noise", "given")]
    case .normal(let samples, let level, let seed):
      [RuleParameter("samples", samples), RuleParameter("level", level), RuleParameter("seed", seed)]
    }
  }

  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    let size = model.network.inputShape.count
    let (samples, noise): (Int, [Float])
    switch self.noise {
    case .given(let tensor):
      guard Array(tensor.shape.extents.dropFirst()) == model.network.inputShape.extents else {
        throw AttributionError(
          "noise of shape \(tensor.shape), expected [n] and the input's \(model.network.inputShape)")
      }
      (samples, noise) = (tensor.shape[0], tensor.scalars)
    case .normal(let count, _, let seed):
      var normal = NormalNumbers(seed: seed)
      (samples, noise) = (count, (0..<count * size).map { _ in Float(normal.next()) })
    }
    var result: [Float] = []
    for image in targets.indices {
      let x = images[image].scalars
      var scale: Float = 1
      if case .normal(_, let level, _) = self.noise { scale = level * (x.max()! - x.min()!) }
      result += try model.meanGradient(samples, of: targets[image]) { sample in
        x.indices.map { x[$0] + scale * noise[sample * size + $0] }
      }.map { Float($0) }
    }
    return Tensor(shape: images.shape, scalars: result)
  }
}
