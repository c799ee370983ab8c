import FileSystemShim
import Foundation

/// A folder that appears complete or not at all: filled under a temporary name beside its place, then renamed.
///
/// ```swift
/// let folder = try AtomicFolder(path: "viewer")
/// try AtomicFile.write(page, to: folder.temporary + "/index.html")
/// try folder.commit()
/// ```
/// A value that goes away without `commit` removes what was written. A place that is taken is refused: folders of other
/// things are not replaced.
public struct AtomicFolder: ~Copyable {
  public let path: String
  /// Where to write.
  public let temporary: String
  private var isCommitted = false

  /// - Throws: `FileWriteError`: the place is taken, the folder above is missing or read-only.
  public init(path: String) throws {
    self.path = path
    temporary = try Self.make(beside: path)
  }

  private static func make(beside path: String) throws -> String {
    guard !path.isEmpty else { throw FileWriteError(path: path, reason: "no folder name") }
    try checkIsFree(path)
    let place = URL(fileURLWithPath: path)
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = place.deletingLastPathComponent().appendingPathComponent(".\(place.lastPathComponent).\(suffix)")
      .path
    guard mkdir(temporary, 0o777) == 0 else { throw FileWriteError(path: path, errno: errno) }
    return temporary
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(atPath: temporary) }
  }

  /// - Throws: `FileWriteError` where something is there.
  public static func checkIsFree(_ path: String) throws {
    var status = stat()
    if lstat(path, &status) == 0 {
      throw FileWriteError(path: path, reason: "it exists; remove it or choose another name")
    }
  }

  /// Writes to the disk what the system still holds in memory, and puts the folder in its place.
  /// - Throws: `FileWriteError`, also where something has come to that place in the meantime.
  public consuming func commit() throws {
    try Self.flush(temporary)
    try Self.checkIsFree(path)
    guard rename(temporary, path) == 0 else { throw FileWriteError(path: path, errno: errno) }
    isCommitted = true
  }

  /// Writes everything below a folder, and whatever else its file system holds in memory, to the disk.
  /// - Throws: `FileWriteError`.
  public static func flush(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileWriteError(path: path, errno: errno) }
    defer { close(descriptor) }
    guard relprop_flush_file_system(descriptor) == 0 else { throw FileWriteError(path: path, errno: errno) }
  }
}
