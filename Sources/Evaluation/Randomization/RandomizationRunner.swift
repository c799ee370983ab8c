import Compute
import RelevancePropagation

/// Explains images with networks that are randomised layer by layer, and compares with the explanations of the network itself.
public struct RandomizationRunner {
  public let randomization: WeightRandomization
  public let method: Method
  /// Whether |R| is ranked, as Adebayo et al. also do, or R.
  public let usesMagnitude: Bool
  private let network: Network
  private let low, high: [Float]
  private let engine: Engine
  private let batch: Int

  /// - Parameters: as `MethodRunner`'s.
  public init(
    _ randomization: WeightRandomization, _ method: Method, of network: Network, low: [Float], high: [Float],
    usesMagnitude: Bool = false, on engine: Engine, batch: Int = 8
  ) throws {
    (self.randomization, self.method, self.usesMagnitude) = (randomization, method, usesMagnitude)
    self.network = try network.canonized()
    (self.low, self.high, self.engine, self.batch) = (low, high, engine, batch)
  }

  /// One layer's randomisation, and the rank correlation of every image's maps before and after.
  public struct Step: Sendable, Equatable {
    public let layer: String
    /// Nil where the randomised network's map cannot be ranked: it is 0 everywhere or not finite.
    public let correlations: [Double?]
  }

  /// - Parameters:
  ///   - images: `[C, H, W]` each.
  ///   - classes: explained, one an image, in all networks.
  ///   - progress: is told after every layer how many are done.
  /// - Returns: from the last layer to the first.
  /// - Throws: `EvaluationError` where a map of the network itself cannot be judged; what `MethodRunner` throws.
  public func steps(
    of images: [Tensor], classes: [Int], progress: (Int) throws -> Void = { _ in }
  ) throws -> [Step] {
    func maps(_ network: Network) throws -> [Tensor] {
      try MethodRunner(method, of: network, low: low, high: high, on: engine, batch: batch)
        .relevance(of: images, classes: classes)
    }
    let own = try maps(network).map { ranked(try RelevanceMap($0)) }
    return try WeightRandomization.layers(of: network).enumerated().map { index, layer in
      let randomized = try maps(randomization.network(network, step: index))
      let correlations = zip(own, randomized).map { own, other in
        (try? RelevanceMap(other)).flatMap { try? RankCorrelation.spearman(own, ranked($0)) }
      }
      try progress(index + 1)
      return Step(layer: layer, correlations: correlations)
    }
  }

  private func ranked(_ map: RelevanceMap) -> [Float] { usesMagnitude ? map.values.map(abs) : map.values }
}
