import Foundation

/// The end of the process.
///
/// `exit` runs the destructors of a hundred libraries (LLVM behind PoCL, libcrypto, libvips' decoders) while threads that
/// belong to them may still be at work: a digest that nobody waits for any more, a worker of the driver that tidies up after
/// the last kernel. Nothing of ours is left to their care: files are renamed into place when they are whole.
enum ProcessEnd {
  /// Writes out what was printed and ends the process, without destructors.
  static func leave(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }
}
