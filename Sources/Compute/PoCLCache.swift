import Foundation

/// PoCL keeps compiled kernels in a folder of its own and lists no device at all where it cannot write there.
public enum PoCLCache {
  /// What names the folder, for what must hold for one folder alone.
  public static var folder: String {
    let environment = ProcessInfo.processInfo.environment
    if let chosen = getenv("POCL_CACHE_DIR") { return String(cString: chosen) }
    return environment["XDG_CACHE_HOME"] ?? environment["HOME"] ?? ""
  }

  /// Points POCL_CACHE_DIR at a private temporary folder where the default place cannot be written.
  ///
  /// Must run before the first OpenCL call; does nothing where the user chose a folder.
  static func makeWritable() { _ = done }

  private static let done: Void = {
    let environment = ProcessInfo.processInfo.environment
    guard environment["POCL_CACHE_DIR"] == nil else { return }
    let base = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { $0 + "/.cache" }
    if let base, canWrite(base + "/pocl/kcache") { return }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-pocl-\(getuid())").path
    if canWrite(folder) { setenv("POCL_CACHE_DIR", folder, 0) }
  }()

  private static func canWrite(_ folder: String) -> Bool {
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return access(folder, W_OK | X_OK) == 0
  }
}
