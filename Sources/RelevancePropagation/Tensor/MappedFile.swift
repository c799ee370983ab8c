import Foundation

/// A file mapped read-only into memory: pages are read when they are touched, nothing is copied.
public final class MappedFile: Sendable {
  public let path: String
  public let count: Int
  // Never written and unmapped only in deinit, so it may be read from any thread.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?

  /// - Throws: `MappedFileError` naming the path and the system's reason.
  public init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappedFileError(path: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw MappedFileError(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MappedFileError(path: path, reason: "not a regular file")
    }
    self.path = path
    self.count = Int(status.st_size)
    guard count > 0 else {
      base = nil
      return
    }
    guard let pointer = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), pointer != MAP_FAILED else {
      throw MappedFileError(path: path, reason: String(cString: strerror(errno)))
    }
    base = pointer
  }

  deinit { if let base { munmap(base, count) } }

  public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Lets the system take back the whole pages of `range`, which are read anew if touched again: after their content
  /// has been copied elsewhere, so that it does not lie in memory twice.
  public func forget(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range \(range) outside \(path)")
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound / page * page
    if let base, first < last { madvise(base + first, last - first, Int32(MADV_DONTNEED)) }
  }
}

/// A file that cannot be opened or mapped.
public struct MappedFileError: Error, CustomStringConvertible {
  public let path: String
  public let reason: String
  public var description: String { "cannot read \(path): \(reason)" }
}
