import Compute
import Evaluation
import RelevancePropagation

/// A way to explain, as the experiments name it: a composite, or a baseline.
struct MapMethod: Sendable {
  /// "LRP seed": what tables call it.
  let name: String
  private let make: @Sendable (TrainedNetwork, Engine, Tensor, [Int]) throws -> [Tensor]

  /// Images explained in one pass.
  private static let batch = 25

  /// LRP by a composite's or a rule's name with parameters, as `--composite` takes it.
  static func composite(_ text: String, named name: String) -> MapMethod {
    MapMethod(name: name) { network, engine, images, targets in
      let explainer = try Explainer(
        network.network, composite: .named(text), low: network.preprocessing.low, high: network.preprocessing.high,
        on: engine, batch: min(batch, targets.count), options: .init(ledger: false))
      return try stride(from: 0, to: targets.count, by: batch).flatMap { first in
        let range = first..<min(first + batch, targets.count)
        var next = range.lowerBound
        // The images' scores come in their order.
        return try explainer.explain(Tensor.stack(range.map { images[$0] })) { _ in
          next += 1
          return targets[next - 1]
        }.map(\.relevance)
      }
    }
  }

  static func baseline(_ method: some AttributionMethod, named name: String) -> MapMethod {
    MapMethod(name: name) { network, engine, images, targets in
      let model = try GradientModel(network.network, on: engine, batch: min(batch, targets.count))
      let relevance = try method.attribute(images, targets: targets.map { .logit($0) }, with: model)
      return targets.indices.map { relevance[$0] }
    }
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

  /// `[C, H, W]` of every image.
  func relevance(
    of images: Tensor, targets: [Int], with network: TrainedNetwork, on engine: Engine
  ) throws -> [Tensor] {
    try make(network, engine, images, targets)
  }

  /// Summed over colours.
  func maps(
    of images: Tensor, targets: [Int], with network: TrainedNetwork, on engine: Engine
  ) throws -> [RelevanceMap] {
    try relevance(of: images, targets: targets, with: network, on: engine).map { try RelevanceMap($0) }
  }
}
