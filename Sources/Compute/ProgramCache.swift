import Foundation

/// Compiled programs on disk: compiling takes seconds, loading a millisecond.
///
/// A file's name is the digest of everything the binary depends on. Files are written under a temporary name and renamed,
/// carry the digest of their content, and are ignored where anything does not fit: the cost of doubt is a compilation.
public struct ProgramCache: Sendable {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  public static let environmentVariable = "RELPROP_CACHE_DIR"

  /// `$RELPROP_CACHE_DIR`, else `$XDG_CACHE_HOME/relprop`, else `~/.cache/relprop`; nil where none is known.
  public static var standard: ProgramCache? {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment[environmentVariable], !folder.isEmpty { return ProgramCache(folder: folder) }
    if let base = environment["XDG_CACHE_HOME"], !base.isEmpty { return ProgramCache(folder: base + "/relprop") }
    if let home = environment["HOME"], !home.isEmpty { return ProgramCache(folder: home + "/.cache/relprop") }
    return nil
  }

  /// What a binary depends on.
  public struct Key: Sendable {
    let digest: String

    public init(source: String, options: String, device: Device) {
      let digest = Digest()
      for part in [
        "relprop program 1", device.platform, device.platformVersion, device.name, device.vendor,
        device.driverVersion, options, source,
      ] {
        digest.update("\(part.utf8.count):")
        digest.update(part)
      }
      self.digest = digest.finish()
    }
  }

  private static let magic = "relprop-program-1\n"

  private func path(_ key: Key) -> String { "\(folder)/\(key.digest).clbin" }

  /// The stored binary, if it is there and intact.
  public func binary(for key: Key) -> [UInt8]? {
    guard let data = FileManager.default.contents(atPath: path(key)) else { return nil }
    let header = Self.magic.utf8.count + 64
    guard data.count > header, data.prefix(Self.magic.utf8.count).elementsEqual(Self.magic.utf8) else { return nil }
    let stored = String(decoding: data[Self.magic.utf8.count..<header], as: UTF8.self)
    let binary = [UInt8](data[header...])
    return binary.withUnsafeBytes { Digest.sha256($0) } == stored ? binary : nil
  }

  /// Stores a binary; a cache that cannot be written is no error, the next run compiles again.
  public func store(_ binary: [UInt8], for key: Key) {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var data = Data(Self.magic.utf8)
    data.append(contentsOf: binary.withUnsafeBytes { Digest.sha256($0) }.utf8)
    data.append(contentsOf: binary)
    try? data.write(to: URL(fileURLWithPath: path(key)), options: .atomic)
  }

  /// Notes that a program's kernels are being compiled ahead; whether this is the first to say so in this folder, for kernels
  /// that the driver keeps in `driverFolder`.
  ///
  /// One process of many that start together is the first. False where the folder cannot be written.
  public func claimCompilation(of program: Program, driverFolder: String) -> Bool {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let digest = Digest()
    digest.update(program.key.digest)
    digest.update(driverFolder)
    let descriptor = open("\(folder)/\(digest.finish()).compiled", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }

  /// Why the folder cannot be written, or nil.
  public var problem: String? {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      return "cannot create \(folder)"
    }
    return access(folder, W_OK | X_OK) == 0 ? nil : "cannot write \(folder): \(String(cString: strerror(errno)))"
  }
}
