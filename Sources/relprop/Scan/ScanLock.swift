import Foundation

/// Keeps two processes from doing the same work: held until the process ends, however it ends.
///
/// Shards of one map hold it together, each its own part alone; whoever makes or finishes the whole map holds it alone. On file
/// systems without locks between machines nothing is lost: strips are the same bytes whoever writes them.
final class ScanLock {
  private let descriptors: [Int32]

  /// - Parameter shard: "3-of-8"; nil for the whole map.
  /// - Throws: `CommandError` where another process is at work.
  init(_ folder: ScanFolder, shard: String? = nil) throws {
    var held: [Int32] = []
    func hold(_ name: String, _ mode: Int32, _ problem: String) throws {
      let file = "\(folder.path)/\(name)"
      let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw CommandError("cannot write \(file): \(String(cString: strerror(errno)))") }
      held.append(descriptor)
      guard flock(descriptor, mode | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
      for descriptor in held { close(descriptor) }
      throw CommandError("\(folder.store): \(problem)")
    }
    if let shard {
      try hold("lock", LOCK_SH, "another process works on the whole map; wait for it, or stop it")
      try hold("\(shard).lock", LOCK_EX, "another process works on shard \(shard); wait for it, or stop it")
    } else {
      try hold("lock", LOCK_EX, "another process works on it; wait for it, or stop it")
    }
    descriptors = held
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
