import Compute
import Evaluation
import RelevancePropagation

/// A way to explain, under the name that the page gives it.
struct MapMethod: Sendable {
  /// "LRP-0": what tables call it.
  let name: String
  private let make: @Sendable () throws -> Method

  /// Images explained in one pass.
  private static let batch = 25

  /// LRP by a composite's or a rule's name with parameters, as `--composite` takes it.
  static func composite(_ text: String, named name: String) -> MapMethod {
    MapMethod(name: name) { .composite(try .named(text)) }
  }

  static func baseline(_ method: some AttributionMethod, named name: String) -> MapMethod {
    MapMethod(name: name) { .baseline(method) }
  }

  /// The seed's composite for VGG-16.
  static let seed = composite("seed", named: "LRP, seed's composite")
  static let zero = composite("zero", named: "LRP-0")
  static func alphaBeta(_ alpha: Int) -> MapMethod {
    composite("alpha-beta:alpha=\(alpha)", named: "LRP, α = \(alpha), β = \(alpha - 1)")
  }
  static let sensitivity = baseline(SensitivityMethod(), named: "sensitivity (∂f/∂x)²")
  static let gradient = baseline(GradientMethod(), named: "gradient ∂f/∂x")
  static let gradientInput = baseline(GradientInputMethod(), named: "gradient × input")

  func runner(for network: TrainedNetwork, on engine: Engine, batch: Int = batch) throws -> MethodRunner {
    try MethodRunner(
      make(), of: network.network, low: network.preprocessing.low, high: network.preprocessing.high, on: engine,
      batch: batch)
  }

  /// `[C, H, W]` of every image.
  func relevance(
    of images: Tensor, targets: [Int], with network: TrainedNetwork, on engine: Engine
  ) throws -> [Tensor] {
    try runner(for: network, on: engine, batch: min(Self.batch, targets.count))
      .relevance(of: targets.indices.map { images[$0] }, classes: targets)
  }

  /// Summed over colours.
  func maps(
    of images: Tensor, targets: [Int], with network: TrainedNetwork, on engine: Engine
  ) throws -> [RelevanceMap] {
    try relevance(of: images, targets: targets, with: network, on: engine).map { try RelevanceMap($0) }
  }
}
