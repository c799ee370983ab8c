import ArgumentParser
import Foundation

extension ParsableCommand {
  /// Parses the arguments, runs the command and ends the process as `main()` does, but without destructors.
  ///
  /// `exit` runs those of a hundred libraries (LLVM behind PoCL, libcrypto, libvips' decoders) while threads that belong to
  /// them may still be at work: a digest that nobody waits for any more, a program that the driver compiles, a worker of
  /// the driver that tidies up after the last kernel. Nothing of ours is left to their care: files are renamed into place
  /// when they are whole.
  public static func runToTheEnd() -> Never {
    do {
      var command = try parseAsRoot()
      try command.run()
      leave(ExitCode.success.rawValue)
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if !text.isEmpty {
        if code.isSuccess { print(text) } else { FileHandle.standardError.write(Data((text + "\n").utf8)) }
      }
      leave(code.rawValue)
    }
  }

  /// Writes out what was printed and ends the process.
  private static func leave(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }
}
