import Foundation

/// What is being measured, for whoever watches: a benchmark prints its table at the end.
enum Progress {
  /// Overwrites the line before; silent where standard error is no terminal.
  static func note(_ text: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)\r".utf8))
  }
}
