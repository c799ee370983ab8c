import BenchmarkNetworks
import Compute
import RelevancePropagation

/// Seconds of a forward and of a backward pass, by the device's clock.
struct StageTime {
  var forward: Double
  var backward: Double

  static let zero = StageTime(forward: 0, backward: 0)
  var total: Double { forward + backward }

  static func + (a: StageTime, b: StageTime) -> StageTime {
    StageTime(forward: a.forward + b.forward, backward: a.backward + b.backward)
  }

  func scaled(by factor: Double) -> StageTime { StageTime(forward: factor * forward, backward: factor * backward) }

  /// Of the launches that `isMeant` picks, in several runs.
  ///
  /// The lower quartile: whatever else runs on the machine only adds.
  init(_ runs: [[LaunchRecord]], isMeant: (LaunchRecord) -> Bool = { _ in true }) {
    func pass(_ name: String) -> Double {
      Spread(
        runs.map { run in run.reduce(0) { $1.label.hasSuffix(" \(name)") && isMeant($1) ? $0 + $1.seconds : $0 } }
      ).lowerQuartile
    }
    self.init(forward: pass("forward"), backward: pass("backward"))
  }

  private init(forward: Double, backward: Double) { (self.forward, self.backward) = (forward, backward) }

  /// Of a network, or a part of one, explained from relevance everywhere in its output.
  init(of network: Network, rules: [String: any Rule], batch: Int, timing: Timing, on engine: Engine) throws {
    let explainer = try Explainer(
      canonized: network, rules: RuleTable(rules.filter { network[$0.key] != nil }, for: network), on: engine,
      batch: batch, options: PropagationOptions(ledger: false))
    let images = RandomNetworks.tensor(Shape([batch] + network.inputShape.extents), seed: 2)
    let relevance = RandomNetworks.tensor(network.outputShape, seed: 3).scalars
    self.init(
      try timing.collect {
        _ = try engine.launchRecords()
        _ = try explainer.explain(images, targets: { _ in [.relevance(relevance)] })
        return try engine.launchRecords()
      })
  }
}
