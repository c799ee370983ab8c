import Foundation

/// The end of the process where a page of a mapped file cannot be had: the file was cut off, or its disk failed.
///
/// Weights are read where the file holds them. A file that changed between two images is refused with its name
/// (`MappedFile.requireUnchanged`); one that is cut off in the middle of a computation leaves the kernels without memory.
enum LostPages {
  private static let message: StaticString =
    "relprop: a file that was in use was cut off or cannot be read any more; is it still being written?\n"

  /// Says so, rather than "Bus error". Only calls that a signal handler may make.
  static func report() {
    signal(SIGBUS) { _ in
      _ = write(STDERR_FILENO, LostPages.message.utf8Start, LostPages.message.utf8CodeUnitCount)
      _exit(1)
    }
  }
}
