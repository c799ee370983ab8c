import Foundation

/// What takes longer than a second, on stderr of a terminal; silent elsewhere.
final class Progress {
  private let clock = ContinuousClock()
  private let begin: ContinuousClock.Instant
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var isShown = false

  init() { begin = clock.now }

  /// Says what is being done now, if it has taken a second already.
  func update(_ text: @autoclosure () -> String) {
    guard isTerminal, clock.now - begin > .seconds(1) else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
    isShown = true
  }

  /// Clears the line.
  func finish() {
    guard isShown else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    isShown = false
  }
}
