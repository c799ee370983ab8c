import Foundation

/// A file mapped read-only into memory: pages are read when they are touched, nothing is copied.
public final class MappedFile: Sendable {
  public let path: String
  public let count: Int
  // Never written and unmapped only in deinit, so it may be read from any thread.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?
  private let descriptor: Int32
  private let modified: timespec

  /// - Throws: `MappedFileError` naming the path and the system's reason.
  public init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappedFileError(path: path, reason: String(cString: strerror(errno))) }
    var isOpen = false
    defer { if !isOpen { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw MappedFileError(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MappedFileError(path: path, reason: "not a regular file")
    }
    self.path = path
    self.count = Int(status.st_size)
    self.descriptor = descriptor
    modified = status.st_mtim
    guard count > 0 else {
      isOpen = true
      base = nil
      return
    }
    guard let pointer = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), pointer != MAP_FAILED else {
      throw MappedFileError(path: path, reason: String(cString: strerror(errno)))
    }
    isOpen = true
    base = pointer
  }

  deinit {
    if let base { munmap(base, count) }
    close(descriptor)
  }

  /// Whether the file is still what was opened, by its size and the time it was last written. A file that another one
  /// has taken the name of, or that was removed, is.
  ///
  /// What is written into a mapped file shows at once, and touching what was cut off ends the process (SIGBUS).
  /// - Throws: `MappedFileError` where it has changed.
  public func requireUnchanged() throws(MappedFileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw MappedFileError(path: path, reason: String(cString: strerror(errno)))
    }
    guard Int(status.st_size) == count else {
      throw MappedFileError(
        path: path, reason: "it changed while it was in use: expected \(count) bytes, found \(status.st_size)")
    }
    guard status.st_mtim.tv_sec == modified.tv_sec, status.st_mtim.tv_nsec == modified.tv_nsec else {
      throw MappedFileError(path: path, reason: "it was written to while it was in use")
    }
  }

  /// Brings in the pages of `range` at once, rather than by a fault for every few. A hint: where the system cannot, the
  /// faults do.
  func populate(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range \(range) outside \(path)")
    let first = range.lowerBound / Self.page * Self.page
    if let base, !range.isEmpty { madvise(base + first, range.upperBound - first, Self.populateRead) }
  }

  private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))
  /// MADV_POPULATE_READ, Linux 5.14 and newer.
  private static let populateRead: Int32 = 22

  public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Lets the system take back the whole pages of `range`, which are read anew if touched again: after their content
  /// has been copied elsewhere, so that it does not lie in memory twice.
  public func forget(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range \(range) outside \(path)")
    let first = range.lowerBound.roundedUp(to: Self.page)
    let last = range.upperBound / Self.page * Self.page
    if let base, first < last { madvise(base + first, last - first, Int32(MADV_DONTNEED)) }
  }
}

/// A file that cannot be opened or mapped.
public struct MappedFileError: Error, CustomStringConvertible {
  public let path: String
  public let reason: String
  public var description: String { "cannot read \(path): \(reason)" }
}
