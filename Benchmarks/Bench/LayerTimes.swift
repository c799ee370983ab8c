import Compute
import RelevancePropagation

/// Seconds of every layer of an explanation, by the device's clock.
struct LayerTimes {
  private let layers: [String: StageTime]
  /// Of all launches, the ledger's too.
  let total: StageTime

  init(_ subject: Subject, _ work: Work, timing: Timing, on engine: Engine) throws {
    let session = try Session(subject, work, on: engine)
    let images = subject.images(work.batch)
    let runs = try timing.collect {
      _ = try engine.launchRecords()
      _ = try session.run(images)
      return try engine.launchRecords()
    }
    layers = Dictionary(
      uniqueKeysWithValues: subject.network.nodes.map { node in
        (node.name, StageTime(runs) { $0.label.hasPrefix("\(node.name) ") })
      })
    total = layers.values.reduce(StageTime(runs) { $0.label.hasPrefix("ledger ") }, +)
  }

  subscript(name: String) -> StageTime { layers[name] ?? .zero }
}
