import ArgumentParser
import Foundation
import Pipelines
import Reporting

/// A run that makes a report: how far it got, and how it ends.
struct ReportRun {
  private let pages: ReportPages
  private let done: Int
  private let seconds: Double

  /// - Parameter work: makes the pages, given a pipeline for a batch, when to stop, and whom to tell of each image;
  ///   returns how many images were worked on.
  /// - Throws: what `work` throws: a full disk, a failing device.
  init(
    _ pages: ReportPages,
    _ work: (
      _ pipeline: (Int) -> Pipeline, _ isStopped: @escaping @Sendable () -> Bool,
      _ deliver: @escaping @Sendable (ReportPages.Outcome) -> Void
    ) throws -> Int
  ) throws {
    self.pages = pages
    let progress = Progress()
    let isOne = pages.names.count == 1
    if isOne { progress.update(pages.names[0]) } else { progress.count(to: pages.names.count) }
    StopSignal.begin()
    let begin = ContinuousClock.now
    defer { progress.finish() }
    done = try work(
      { RunOptions.pipeline(batch: $0) }, { StopSignal.number != nil || pages.problem != nil },
      { outcome in
        progress.advance()
        pages.add(outcome)
        guard !isOne, case .failure(let error) = outcome.result else { return }
        progress.interrupt { ExplainConsole.error(ExplainConsole.named(pages.paths[outcome.number], error)) }
      })
    seconds = (ContinuousClock.now - begin) / .seconds(1)
  }

  /// Writes the rest, says what there is, and fails where an image did.
  func finish(_ evaluation: ReportedEvaluation?) throws {
    let count = try pages.finish(done: done, evaluation: evaluation)
    let names = pages.names.count
    let rate = String(format: "%.1f s", seconds)
    print(
      "wrote    \(pages.output.path): \(count) of \(names) image(s) in \(rate)"
        + (pages.output.hasPages ? "; a page each beside it" : ""))
    if done < names, let signal = StopSignal.number {
      ExplainConsole.error("stopped by \(StopSignal.name), \(names - done) images are left out of the report")
      throw ExitCode(128 + signal)
    }
    guard pages.failures.isEmpty else {
      ExplainConsole.error("\(pages.failures.count) of \(names) images failed:")
      for (number, error) in pages.failures {
        ExplainConsole.error("  " + ExplainConsole.named(pages.paths[number], error), prefix: "")
      }
      throw ExitCode.failure
    }
  }
}
