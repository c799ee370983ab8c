/// How much memory one load may take for copies, in bytes, in proportion to the file: a small file cannot ask for
/// gigabytes, however it is written (a zip bomb, a thousand views of one tensor, a tensor with stride 0).
///
/// Mapped tensors cost nothing. Float16 to float32 costs twice the file; the factor 4 leaves room for a repacking.
final class MemoryAllowance {
  private var remaining = 1 << 20

  init(fileSize: Int) { extend(fileSize: fileSize) }

  /// A further file of this model has been opened.
  func extend(fileSize: Int) { remaining += min(fileSize, 1 << 50) * 4 }

  /// - Throws: `ModelFileError` at `place` where the file does not justify `bytes` more.
  func spend(_ bytes: Int, at place: String) throws {
    guard bytes >= 0, bytes <= remaining else {
      throw ModelFileError(
        at: place, "asks for \(bytes) bytes more than 4 times the file's size justify", remedy: "is the file damaged?")
    }
    remaining -= bytes
  }
}
