@preconcurrency import Dispatch
import Foundation
import Pipelines
import Synchronization

/// What is being done, on stderr: on a terminal a line that is rewritten every second, so that a single long step is
/// seen to be alive; elsewhere, of a count only, a line now and then.
///
/// The thread that made it holds it to the end: where a thread that ends were its last holder, libdispatch would free
/// the timer's memory twice.
final class Progress: Sendable {
  private struct State {
    var text = ""
    var count: (pace: Pace, done: Int)?
    var begin = ContinuousClock.now
    var isShown = false

    var seconds: Double { (ContinuousClock.now - begin) / .seconds(1) }
  }

  private let state = Mutex(State())
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let timer: any DispatchSourceTimer

  /// Seconds between two lines where stderr is no terminal.
  private static let interval = 15

  init() {
    timer = DispatchSource.makeTimerSource(queue: .global())
    let interval = DispatchTimeInterval.seconds(isTerminal ? 1 : Self.interval)
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { [weak self] in self?.show() }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// Says what is being done from now on.
  func update(_ text: String) {
    state.withLock { $0.text = text }
  }

  /// From now on `total` images are done, one after the other.
  func count(to total: Int) {
    finish()
    state.withLock { $0.count = (Pace(total: total), 0) }
  }

  /// One more image is done.
  func advance() {
    state.withLock { $0.count?.done += 1 }
  }

  /// Prints while no line is shown.
  func interrupt(_ body: () -> Void) {
    state.withLock { state in
      Self.clear(&state)
      body()
    }
  }

  /// Clears the line; the next step counts its time anew.
  func finish() {
    state.withLock { state in
      Self.clear(&state)
      state = State()
    }
  }

  private func show() {
    state.withLock { state in
      let seconds = state.seconds
      if let (pace, done) = state.count {
        let line = isTerminal ? pace.bar(done, after: seconds) : pace.line(done, after: seconds)
        Self.write(isTerminal ? "\r\u{1B}[K\(line)" : "relprop: \(line)\n")
      } else if isTerminal, !state.text.isEmpty, seconds >= 1 {
        Self.write("\r\u{1B}[K\(state.text) \(Int(seconds)) s")
      } else {
        return
      }
      state.isShown = isTerminal
    }
  }

  private static func clear(_ state: inout State) {
    if state.isShown { write("\r\u{1B}[K") }
    state.isShown = false
  }

  private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
