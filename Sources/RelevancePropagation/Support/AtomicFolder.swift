import FileSystemShim
import Foundation

/// A folder that appears complete or not at all: filled under a temporary name beside its place, then renamed.
///
/// ```swift
/// let folder = try AtomicFolder(path: "viewer")
/// try AtomicFile.write(page, to: folder.temporary + "/index.html")
/// try folder.commit()
/// ```
/// A value that goes away without `commit` removes what was written. A place that is taken is refused, unless the caller
/// says that what is there may go.
public struct AtomicFolder: ~Copyable {
  public let path: String
  /// Where to write.
  public let temporary: String
  private let isReplacing: Bool
  private var isCommitted = false

  /// - Parameter replacing: whether a folder at this place may be removed for the new one; the caller has looked what it is.
  /// - Throws: `FileWriteError`: the place is taken, the folder above is missing or read-only.
  public init(path: String, replacing: Bool = false) throws {
    self.path = path
    isReplacing = replacing
    temporary = try Self.make(beside: path, replacing: replacing)
  }

  private static func make(beside path: String, replacing: Bool) throws -> String {
    guard !path.isEmpty else { throw FileWriteError(path: path, reason: "no folder name") }
    if !replacing { try checkIsFree(path) }
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
    // The old folder goes when the new one is in its place.
    let old = temporary + ".old"
    let hasOld = isReplacing && rename(path, old) == 0
    do {
      try Self.checkIsFree(path)
      guard rename(temporary, path) == 0 else { throw FileWriteError(path: path, errno: errno) }
    } catch {
      if hasOld { rename(old, path) }
      throw error
    }
    isCommitted = true
    if hasOld { try? FileManager.default.removeItem(atPath: old) }
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
