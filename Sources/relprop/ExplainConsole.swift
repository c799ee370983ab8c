import Foundation
import Pipelines
import Synchronization

/// Tells what becomes of each image, in their order, and of all of them in the end.
final class ExplainConsole: Sendable {
  struct Tally: Sendable {
    var explained = 0
    var withAlarms = 0
    var failures: [(path: String, error: any Error)] = []
  }

  private let state = Mutex(Tally())
  private let progress: Progress
  /// Failures are told when they happen; that of an only image is the command's own.
  private let tellsFailures: Bool

  /// Whether the progress counts images, and not their copies.
  private let countsImages: Bool

  init(_ progress: Progress, tellsFailures: Bool, countsImages: Bool) {
    self.progress = progress
    self.countsImages = countsImages
    self.tellsFailures = tellsFailures
  }

  var tally: Tally { state.withLock { $0 } }

  func tell(_ outcome: ImageOutcome) {
    if countsImages { progress.advance() }
    switch outcome.ending {
    case .explained(let text, let warnings, let hasAlarms):
      state.withLock { tally in
        tally.explained += 1
        tally.withAlarms += hasAlarms ? 1 : 0
      }
      guard !text.isEmpty || !warnings.isEmpty else { return }
      progress.interrupt {
        for line in text { print(line) }
        fflush(nil)
        for warning in warnings { Self.error("warning: \(warning)") }
      }
    case .failed(let error):
      state.withLock { $0.failures.append((outcome.job.path, error)) }
      if tellsFailures { progress.interrupt { Self.error(Self.named(outcome.job.path, error)) } }
    }
  }

  /// The last lines of a command for several images.
  func summarize(images: Int, finishedBefore: Int, seconds: Double, output: String) {
    let tally = tally
    var parts = ["explained \(tally.explained) of \(images) images"]
    if tally.explained > 0 {
      parts[0] += String(format: " in %.1f s, ", seconds) + "\(Pace.rate(Double(tally.explained) / seconds)) images/s"
    }
    if finishedBefore > 0 { parts.append("\(finishedBefore) done before") }
    if !tally.failures.isEmpty { parts.append("\(tally.failures.count) failed") }
    if tally.withAlarms > 0 { parts.append("\(tally.withAlarms) with alarms (in their reports)") }
    print("\n" + parts.joined(separator: "; ") + "; results in \(output)/")
    fflush(nil)
  }

  func listFailures(images: Int) {
    let failures = tally.failures
    guard !failures.isEmpty else { return }
    Self.error("\(failures.count) of \(images) images failed:")
    for (path, error) in failures { Self.error("  " + Self.named(path, error), prefix: "") }
  }

  static func named(_ path: String, _ error: any Error) -> String {
    let text = "\(error)"
    return text.contains(path) ? text : "\(path): \(text)"
  }

  static func error(_ text: String, prefix: String = "relprop: ") {
    FileHandle.standardError.write(Data("\(prefix)\(text)\n".utf8))
  }
}
