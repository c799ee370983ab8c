@preconcurrency import Dispatch
import Foundation
import Pipelines
import Synchronization

/// What is being done, on stderr: on a terminal a line that is rewritten every second, so that a single long step is
/// seen to be alive; elsewhere, of a count only, a line now and then; for programs lines of JSON.
final class Progress: Sendable {
  /// How it is told.
  enum Style: String, CaseIterable, Sendable {
    /// A bar on a terminal, lines elsewhere.
    case auto, bar, plain
    /// `{"done": 12, "left": 3.5, "of": "windows", "rate": 25.3, "seconds": 0.5, "total": 100}`, one a second.
    case json, none
  }

  private struct State {
    var text = ""
    var count: (pace: Pace, done: Int, what: String)?
    var begin = ContinuousClock.now
    var isShown = false

    var seconds: Double { (ContinuousClock.now - begin) / .seconds(1) }
  }

  private let state = Mutex(State())
  private let style: Style
  private var isTerminal: Bool { style == .bar }
  private let timer: any DispatchSourceTimer

  /// Seconds between two lines where stderr is no terminal.
  private static let interval = 15

  init(_ style: Style = .auto) {
    self.style = style == .auto ? isatty(STDERR_FILENO) == 1 ? .bar : .plain : style
    timer = DispatchSource.makeTimerSource(queue: .global())
    let interval = DispatchTimeInterval.seconds(self.style == .plain ? Self.interval : 1)
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { [weak self] in self?.show() }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// Says what is being done from now on.
  func update(_ text: String) {
    state.withLock { $0.text = text }
  }

  /// From now on `total` images (or what they are) are done, one after the other.
  func count(to total: Int, of what: String = "images") {
    finish()
    state.withLock { $0.count = (Pace(total: total), 0, what) }
  }

  /// So many more are done.
  func advance(by number: Int = 1) {
    state.withLock { $0.count?.done += number }
  }

  /// As many are done by now.
  func advance(to done: Int) {
    state.withLock { $0.count?.done = done }
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
      if style == .none { return }
      if let (pace, done, what) = state.count {
        switch style {
        case .bar: Self.write("\r\u{1B}[K\(pace.bar(done, after: seconds, of: what))")
        case .json: Self.write(pace.json(done, after: seconds, of: what) + "\n")
        default: Self.write("relprop: \(pace.line(done, after: seconds, of: what))\n")
        }
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
