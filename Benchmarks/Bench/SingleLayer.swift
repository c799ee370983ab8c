import BenchmarkNetworks
import Compute
import RelevancePropagation

/// One layer alone, its pass forward and its transpose measured on the device.
struct SingleLayer {
  /// One of its two passes.
  struct Pass {
    /// "forward" or "transposed".
    var name: String
    /// On the device, of all launches and the whole batch.
    var seconds: Spread
    /// The shortest run.
    var least: Double
    /// Of one image: two for every multiplication with a weight that the algorithm makes.
    var productFLOP: Int
    /// Names of the kernels launched, in order.
    var kernels: [String]
  }

  private let shape: LayerShape
  private let explainer: Explainer
  private let engine: Engine
  private let images: Tensor
  private let relevance: [Float]
  private let stirring: Stirring

  /// - Parameter engine: a profiling one.
  init(_ shape: LayerShape, batch: Int, on engine: Engine, _ stirring: Stirring) throws {
    self.stirring = stirring
    self.shape = shape
    self.engine = engine
    // The gradient is the transposed layer and nothing else.
    explainer = try Explainer(
      try RandomNetworks.single(shape), composite: .named("gradient"), low: [], high: [], on: engine, batch: batch,
      options: PropagationOptions(ledger: false))
    images = RandomNetworks.tensor(Shape([batch] + shape.inputShape.extents), seed: 2)
    // No zeros: a layer may skip what has no relevance.
    relevance = RandomNetworks.tensor(shape.outputShape, seed: 3).scalars
  }

  func passes(_ timing: Timing) throws -> [Pass] {
    let runs = try timing.collect {
      _ = try engine.launchRecords()
      try stirring.begin()
      _ = try explainer.explain(images) { _ in
        // The host goes through the relevance next.
        try stirring.begin()
        return [.relevance(relevance)]
      }
      return try engine.launchRecords()
    }
    let plan = PropagationPlan(explainer.network, rules: explainer.rules, on: engine)
    let layer = plan.layers.first { $0.name == shape.name }!
    return [
      ("forward", "forward", layer.forwardProductFLOP), ("transposed", "backward", layer.backwardProductFLOP),
    ].map { name, label, productFLOP in
      let launches = runs.map { $0.filter { $0.label == "\(shape.name) \(label)" } }
      let seconds = launches.map { $0.reduce(0) { $0 + $1.seconds } }
      return Pass(
        name: name, seconds: Spread(seconds), least: seconds.min()!, productFLOP: productFLOP,
        kernels: launches[0].map(\.kernel))
    }
  }
}
