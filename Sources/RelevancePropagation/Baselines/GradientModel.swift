/// Scores and gradients of a network in batches on the device: what the baselines are made of.
///
/// The same graph and kernels as LRP; the backward pass runs the rule `gradient` (or what deconvnet and guided backprop
/// do at a rectifier) at every layer.
public final class GradientModel {
  public let network: Network
  public let batch: Int
  private let device: DeviceNetwork
  /// Layer whose neurons are explained, nil for the scores.
  private let layer: String?
  private var propagators: [Rectifier: Propagator] = [:]

  /// What happens at a rectifier in the backward pass.
  public enum Rectifier: Sendable, Hashable { case gradient, guided, deconvolution }

  /// - Parameters:
  ///   - layer: explain neurons of this layer instead of scores: what is above it is left out.
  ///   - batch: images in one pass.
  /// - Throws: `NetworkError`, `UnsupportedLayer`, `UnknownLayer`, `ComputeError`.
  public init(_ network: Network, at layer: String? = nil, on engine: Engine, batch: Int = 8) throws {
    let canonized = try network.canonized()
    self.layer = try layer.map { try canonized.layer(named: $0) }
    self.network = try self.layer.map { try canonized.truncated(at: $0) } ?? canonized
    self.batch = batch
    device = try DeviceNetwork(self.network, on: engine, batch: batch)
  }

  /// Scores of every image.
  public func scores(_ images: Tensor) throws -> [[Float]] {
    var result: [[Float]] = []
    for range in chunks(images.shape[0]) {
      let output = try device.forward(images.entries(range)).scores()
      result += (0..<range.count).map { output[$0].scalars }
    }
    for (image, scores) in result.enumerated() where !scores.allSatisfy(\.isFinite) { throw ScoresError(image: image) }
    return result
  }

  /// f of every image.
  public func values(_ images: Tensor, _ targets: [Target]) throws -> [Double] {
    try zip(targets, scores(images)).map {
      try check($0)
      return $0.value(of: $1)
    }
  }

  /// ∂f/∂x of every image, `[N, C, H, W]`.
  /// - Throws: `RuleError` naming a layer without a gradient; `AttributionError` where one is not finite.
  public func gradients(_ images: Tensor, _ targets: [Target], rectifier: Rectifier = .gradient) throws -> Tensor {
    precondition(targets.count == images.shape[0], "\(targets.count) targets for \(images.shape[0]) images")
    try targets.forEach(check)
    let propagator = try self.propagator(rectifier)
    var result: [Float] = []
    result.reserveCapacity(images.count)
    for range in chunks(images.shape[0]) {
      let trace = try device.forward(images.entries(range))
      let output = try trace.scores()
      let start = range.enumerated().flatMap { targets[$1].gradient(of: output[$0].scalars) }
      let gradient = try propagator.propagate(trace, from: Tensor(shape: output.shape, scalars: start)).input
      result += gradient.scalars
    }
    let gradient = Tensor(shape: images.shape, scalars: result)
    guard gradient.firstNonFinite == nil else {
      throw AttributionError("the gradient is NaN or infinite; do weights and preprocessing belong together?")
    }
    return gradient
  }

  /// Mean of ∂f/∂x over `count` variants of one image, summed in Double.
  func meanGradient(_ count: Int, of target: Target, variant: (Int) -> [Float]) throws -> [Double] {
    var sum = [Double](repeating: 0, count: network.inputShape.count)
    for range in chunks(count) {
      let images = Tensor(
        shape: Shape([range.count] + network.inputShape.extents), scalars: range.flatMap(variant))
      let gradients = try gradients(images, Array(repeating: target, count: range.count)).scalars
      for index in gradients.indices { sum[index % sum.count] += Double(gradients[index]) }
    }
    return sum.map { $0 / Double(count) }
  }

  private func check(_ target: Target) throws {
    guard target.layer == layer else {
      throw TargetError(
        "\(target): the model was made for \(layer.map { "neurons of \($0)" } ?? "scores"); make one for "
          + (target.layer.map { "layer \($0)" } ?? "scores"))
    }
    if layer == nil { try target.check(classes: network.outputShape.count) }
  }

  private func chunks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: batch).map { $0..<min($0 + batch, count) }
  }

  private func propagator(_ rectifier: Rectifier) throws -> Propagator {
    if let known = propagators[rectifier] { return known }
    let rules = network.nodes.map { node -> (String, any Rule) in
      guard node.layer is ReLU else { return (node.name, GradientRule()) }
      return switch rectifier {
      case .gradient: (node.name, GradientRule())
      case .guided: (node.name, RectifierRule(.guided))
      case .deconvolution: (node.name, RectifierRule(.deconvolution))
      }
    }
    let table = try RuleTable(Dictionary(uniqueKeysWithValues: rules), for: network)
    let made = try Propagator(device, rules: table, options: .init(ledger: false))
    propagators[rectifier] = made
    return made
  }
}

extension Tensor {
  /// Entries `range` along the first axis.
  func entries(_ range: Range<Int>) -> Tensor {
    let count = count / shape[0]
    return withScalars {
      Tensor(
        shape: Shape([range.count] + shape.extents.dropFirst()),
        scalars: Array($0[range.lowerBound * count..<range.upperBound * count]))
    }
  }
}
