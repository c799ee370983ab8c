import Compute
import Dispatch
import Foundation
import Synchronization

/// SHA-256 of a model, computed on another thread while its kernels load: of 528 MB it takes a third of a second.
final class PendingDigest: Sendable {
  private let work = DispatchGroup()
  private let result = Mutex<Result<String, any Error>?>(nil)

  init(computing compute: @escaping @Sendable () throws -> String) {
    DispatchQueue.global().async(group: work) { [self] in
      let digest = Result { try compute() }
      result.withLock { $0 = digest }
    }
  }

  convenience init(ofFile path: String) { self.init { try Self.digest(ofFile: path) } }

  /// Waits for it.
  /// - Throws: `CommandError` where the file cannot be read.
  var value: String {
    get throws {
      work.wait()
      return try result.withLock { $0! }.get()
    }
  }

  /// Read piece by piece, not mapped: the pages of a second mapping would count as this process's memory once more.
  private static func digest(ofFile path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandError("cannot read \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let digest = Digest()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { piece.deallocate() }
    while true {
      let count = read(descriptor, piece.baseAddress!, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CommandError("cannot read \(path): \(String(cString: strerror(errno)))") }
      guard count > 0 else { return digest.finish() }
      digest.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }
}
