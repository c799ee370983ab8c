import Foundation
import Imaging
import Testing

/// Files of `Fixtures/`, written by make_fixtures.py.
enum Fixture {
  static let testFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  static func path(_ name: String) -> String { testFolder.appendingPathComponent("Fixtures/\(name)").path }

  static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

  static func photograph(_ name: String) throws -> Photograph { try Photograph(path: path(name)) }

  /// The image that make_fixtures.py calls striped: level (7x + 13y + 31c) mod 256.
  static func striped(_ width: Int, _ height: Int) -> Photograph {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width { for c in 0..<3 { pixels.append(UInt8((7 * x + 13 * y + 31 * c) % 256)) } }
    }
    return Photograph(width: width, height: height, pixels: pixels)
  }

  /// Real photographs, where this machine has them: `$RELPROP_SHARED`, or the folder `shared` beside the package.
  static var photographs: [String] {
    let shared =
      ProcessInfo.processInfo.environment["RELPROP_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? testFolder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared")
    let folder = shared.appendingPathComponent("real/photos")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".jpg") }.sorted().map { folder.appendingPathComponent($0).path }
  }
}

/// A folder that goes away with its owner.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-tests-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ bytes: [UInt8], as name: String) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  /// All names in it, hidden ones too.
  var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }
}
