import Foundation

/// A file system of its own in memory, with room for little: what a full disk does. Ends with the value.
public final class SmallDisk: Sendable {
  public let path: String

  /// - Returns: nil where mounting is not permitted; says so.
  public init?(kibibytes: Int, at path: String) {
    self.path = path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard
      Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k", "relprop-test", path])
    else {
      print("mounting a small file system is not permitted here; the full disk is not tested")
      return nil
    }
  }

  deinit { _ = Self.run("/bin/umount", [path]) }

  private static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
