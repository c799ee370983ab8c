@preconcurrency import Dispatch
import Foundation
import Synchronization

/// What is being done and for how long, on stderr of a terminal, once it has taken a second; silent elsewhere.
///
/// A timer rewrites the line, so that a single long step is seen to be alive.
final class Progress: Sendable {
  private struct State {
    var text = ""
    var begin = ContinuousClock.now
    var isShown = false
  }

  private let state = Mutex(State())
  private let timer: (any DispatchSourceTimer)?

  init() {
    guard isatty(STDERR_FILENO) == 1 else {
      timer = nil
      return
    }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    self.timer = timer
    timer.schedule(deadline: .now() + 1, repeating: .seconds(1))
    timer.setEventHandler { [weak self] in self?.show() }
    timer.resume()
  }

  deinit { timer?.cancel() }

  /// Says what is being done from now on.
  func update(_ text: String) {
    state.withLock { $0.text = text }
  }

  /// Clears the line; the next step counts its time anew.
  func finish() {
    state.withLock { state in
      if state.isShown { Self.write("\r\u{1B}[K") }
      state = State()
    }
  }

  private func show() {
    state.withLock { state in
      guard !state.text.isEmpty else { return }
      let seconds = (ContinuousClock.now - state.begin).components.seconds
      guard seconds >= 1 else { return }
      Self.write("\r\u{1B}[K\(state.text) \(seconds) s")
      state.isShown = true
    }
  }

  private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
