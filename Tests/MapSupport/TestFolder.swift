import Foundation

/// A folder that is removed with the value. In memory where the system has such a place: stores are flushed to the disk,
/// and a flush waits for whatever else the machine writes.
public final class TestFolder: Sendable {
  public let path: String

  public init() throws {
    let memory = "/dev/shm"
    let place = access(memory, W_OK | X_OK) == 0 ? memory : FileManager.default.temporaryDirectory.path
    path = "\(place)/relprop-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func file(_ name: String) -> String { path + "/" + name }
  /// Names in it, or in a folder below it, hidden ones too.
  public func names(_ folder: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: file(folder))) ?? []).sorted()
  }

  public func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }
  public func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }
}
