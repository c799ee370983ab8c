public import Compute
import Foundation

/// Where the values of `relprop tune` are kept: one JSON file a device and driver, beside the compiled programs.
public struct TuningFile: Sendable {
  public let path: String
  private let identity: Identity

  /// What the measurements belong to.
  private struct Identity: Codable, Equatable {
    var platform: String
    var device: String
    var driver: String
  }

  /// The file's content. `format` changes when kernels' parameters change their meaning.
  private struct Content: Codable {
    static let format = 1
    var format: Int
    var identity: Identity
    var kernels: [String: TuningValues]
  }

  /// - Parameter folder: where files are kept, `ProgramCache.standard`'s by default.
  public init(for device: Device, in folder: String) {
    identity = Identity(
      platform: "\(device.platform), \(device.platformVersion)", device: device.name, driver: device.driverVersion)
    let digest = Digest()
    for part in [identity.platform, identity.device, identity.driver] { digest.update("\(part.utf8.count):\(part)") }
    path = "\(folder)/tuning-\(digest.finish().prefix(16)).json"
  }

  /// The file of a device where programs are cached, or nil where no folder is known.
  public static func standard(for device: Device, cache: ProgramCache? = .standard) -> TuningFile? {
    cache.map { TuningFile(for: device, in: $0.folder) }
  }

  /// The table in the file; nil where there is none, or one of another version of relprop.
  ///
  /// - Throws: `TuningError` for a file that is damaged or does not fit the device.
  public func read(limits: DeviceLimits) throws -> TuningTable? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    struct Version: Codable { var format: Int }
    let decoder = JSONDecoder()
    let content: Content
    do {
      guard try decoder.decode(Version.self, from: data).format == Content.format else { return nil }
      content = try decoder.decode(Content.self, from: data)
    } catch {
      throw TuningError(path: path, problem: "is damaged (\(error))")
    }
    guard content.identity == identity else {
      throw TuningError(path: path, problem: "belongs to \(content.identity.device), \(content.identity.driver)")
    }
    let table = TuningTable(content.kernels)
    for name in content.kernels.keys.sorted() {
      guard let kernel = TunableKernel.named(name) else {
        throw TuningError(path: path, problem: "names a kernel \(name), which there is not")
      }
      if let problem = kernel.problem(table[kernel], on: limits) { throw TuningError(path: path, problem: problem) }
    }
    return table
  }

  /// Writes the table, whole or not at all.
  /// - Throws: `FileWriteError`.
  public func write(_ table: TuningTable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(Content(format: Content.format, identity: identity, kernels: table.entries))
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try AtomicFile.write(String(decoding: data, as: UTF8.self) + "\n", to: path)
  }
}

extension TuningTable {
  /// The source's values, and over them those measured on this device.
  /// - Throws: `TuningError`, `ComputeError`.
  public static func current(for device: Device, cache: ProgramCache? = .standard) throws -> TuningTable {
    let measured = try TuningFile.standard(for: device, cache: cache)?.read(limits: DeviceLimits(device))
    return try standard(for: device, cache: cache).overlaid(with: measured ?? TuningTable())
  }
}

/// A tuning file that cannot be used.
public struct TuningError: Error, CustomStringConvertible {
  public let path: String
  public let problem: String
  public var description: String { "tuning file \(path): \(problem); delete it, or write it anew with relprop tune" }
}
