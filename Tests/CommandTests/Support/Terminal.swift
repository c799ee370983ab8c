import Foundation

/// Runs `relprop` on a terminal of its own, through util-linux' `script`.
enum Terminal {
  private static let script = "/usr/bin/script"
  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: script) }

  /// What stood on the terminal.
  static func output(_ arguments: [String]) throws -> String {
    let words = [Command.path ?? "relprop"] + arguments
    let line = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    return try Command(["-qec", line, "/dev/null"], program: script).output
  }
}
