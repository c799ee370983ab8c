import Compute
import RelevancePropagation

/// One run of a session, as host and device saw it.
struct RecordedRun {
  let outcome: Session.Outcome
  let records: [LaunchRecord]

  /// - Precondition: the engine is the session's, and a profiling one.
  init(_ session: Session, _ images: Tensor, on engine: Engine) throws {
    _ = try engine.launchRecords()
    var outcome = try session.run(images)
    outcome.relevance = []  // else every run would have new memory from the system
    self.outcome = outcome
    records = try engine.launchRecords()
  }

  func seconds(_ label: String) -> Double { records.reduce(0) { $1.label == label ? $0 + $1.seconds : $0 } }
  func seconds(ofPass pass: String) -> Double {
    records.reduce(0) { $1.label.hasSuffix(" \(pass)") ? $0 + $1.seconds : $0 }
  }
  var backwardSeconds: Double { outcome.seconds - outcome.forwardSeconds }
}
