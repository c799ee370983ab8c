/// Explains images by a baseline in the form LRP's explanations have, so that all that draws and reports serves both.
public final class BaselineExplainer {
  public let method: any AttributionMethod
  /// The network as it is explained: after the canonizers.
  public var network: Network { scores.network }
  private let scores: GradientModel
  /// The part below a layer whose neurons are explained.
  private let part: GradientModel?

  /// - Parameter layer: the layer whose neurons are explained, in the place of scores.
  /// - Throws: `NetworkError`, `UnsupportedLayer`, `UnknownLayer`, `ComputeError`.
  public init(
    _ network: Network, method: any AttributionMethod, at layer: String? = nil, on engine: Engine, batch: Int = 8
  ) throws {
    self.method = method
    scores = try GradientModel(network, on: engine, batch: batch)
    part = try layer.map { try GradientModel(network, at: $0, on: engine, batch: batch) }
  }

  /// Explains several targets of every image, one by one.
  ///
  /// - Returns: per image, one explanation a target; without a ledger, and without relevance between.
  /// - Throws: what `targets` throws; `AttributionError`, `TargetError`, `ComputeError`.
  public func explain(_ images: Tensor, targets: (Scores) throws -> [Target]) throws -> [[Explanation]] {
    let clock = ContinuousClock()
    let begin = clock.now
    let all = try scores.scores(images).map { Scores($0) }
    let forwardDone = clock.now
    return try all.indices.map { image in
      let input = Tensor.stack([images[image]])
      return try targets(all[image]).map { target in
        let model = target.layer == nil ? scores : part ?? scores
        let value = try model.values(input, [target])[0]
        let start = clock.now
        let relevance = try method.attribute(input, targets: [target], with: model)[0]
        return Explanation(
          scores: all[image], explained: target, value: value, start: nil, relevance: relevance, layers: [:],
          activations: [:], ledger: nil, entry: 0, forwardSeconds: (forwardDone - begin) / .seconds(1),
          backwardSeconds: (clock.now - start) / .seconds(1), translation: nil)
      }
    }
  }
}
