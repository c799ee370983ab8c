import Foundation

/// A file that appears complete or not at all: written under a temporary name in the same folder, flushed to the
/// disk, then renamed over the target.
///
/// ```swift
/// let file = try AtomicFile(path: "heatmap.png")
/// try file.write(bytes)
/// try file.commit()
/// ```
/// A value that goes away without `commit` removes its temporary file and leaves the target as it was. A target that
/// is a link is followed; one that is no regular file (`/dev/stdout`, a pipe) is written directly, because renaming
/// would replace the device.
public struct AtomicFile: ~Copyable {
  /// The path as the user gave it.
  public let path: String
  /// Where the rename goes: `path`, or what it links to.
  private let target: String
  /// Nil where the target is written directly.
  private let temporary: String?
  /// For libraries that write by themselves: open for reading and writing, unless the target is no regular file.
  package let descriptor: Int32
  /// Whether any place of it can be written, not only its end.
  package var isRegular: Bool { temporary != nil }
  private var isCommitted = false

  /// - Throws: `FileWriteError`: the folder is missing or read-only, the target is a folder.
  public init(path: String) throws {
    self.path = path
    (descriptor, target, temporary) = try Self.open(path)
  }

  private static func open(_ path: String) throws -> (descriptor: Int32, target: String, temporary: String?) {
    guard !path.isEmpty else { throw FileWriteError(path: path, reason: "no file name") }
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists && status.st_mode & S_IFMT == S_IFDIR {
      throw FileWriteError(path: path, reason: "it is a folder; name a file in it")
    }
    if exists && status.st_mode & S_IFMT != S_IFREG {
      let descriptor = Foundation.open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileWriteError(path: path, errno: errno) }
      return (descriptor, path, nil)
    }
    let target = exists ? URL(fileURLWithPath: path).resolvingSymlinksInPath() : URL(fileURLWithPath: path)
    let folder = target.deletingLastPathComponent()
    // A name near the system's limit of 255 bytes leaves no room for the suffix.
    let name = target.lastPathComponent.utf8.count > 200 ? "relprop" : target.lastPathComponent
    while true {
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let temporary = folder.appendingPathComponent(".\(name).\(suffix)").path
      // Created with the user's umask, as the file itself would be; a file that is replaced keeps its permissions.
      let descriptor = Foundation.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor < 0 && errno == EEXIST { continue }
      guard descriptor >= 0 else { throw FileWriteError(path: path, errno: errno) }
      if exists { fchmod(descriptor, status.st_mode & 0o7777) }
      return (descriptor, target.path, temporary)
    }
  }

  deinit {
    close(descriptor)
    if !isCommitted, let temporary { unlink(temporary) }
  }

  /// Whether a file of this name, without folders, is one that was being written: where nobody works any more, what a
  /// process that was killed left behind. `.9.1x6cgk3v2m0qp` is one, `.zattrs` is none.
  package static func isTemporary(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 2 && parts[0].isEmpty && UInt64(parts[parts.count - 1], radix: 36) != nil
  }

  /// Appends `bytes`.
  /// - Throws: `FileWriteError`, for instance when the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    var offset = 0
    while offset < bytes.count {
      let written = Foundation.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw FileWriteError(path: path, errno: written < 0 ? errno : EIO) }
      offset += written
    }
  }

  /// Appends `bytes`.
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  /// Appends the UTF-8 bytes of `text`.
  public func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Puts the file in its place.
  /// - Parameter flushing: false leaves it to the caller to have many files written to the disk at once (`syncfs`); until
  ///   then a loss of power may leave an empty file.
  public consuming func commit(flushing: Bool = true) throws {
    guard let temporary else { return }
    guard !flushing || fsync(descriptor) == 0, rename(temporary, target) == 0 else {
      throw FileWriteError(path: path, errno: errno)
    }
    isCommitted = true
  }

  /// Writes a whole file at once.
  /// - Throws: `FileWriteError`; the target is then as it was.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes a whole text file at once.
  public static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }
}

/// A file that cannot be written.
public struct FileWriteError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package init(path: String, errno code: Int32) {
    let remedy =
      switch code {
      case ENOENT, ENOTDIR: "; make its folder first"
      case EACCES, EPERM, EROFS: "; choose a folder you may write to"
      case ENOSPC, EDQUOT, EFBIG: "; free some space or choose another disk"
      default: ""
      }
    self.init(path: path, reason: String(cString: strerror(code)) + remedy)
  }

  public var description: String { "cannot write \(path): \(reason)" }
}
