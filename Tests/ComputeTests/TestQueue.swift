import Foundation

@testable import Compute

/// A queue on the device the tests run on: `RELPROP_DEVICE`, else the best there is.
enum TestQueue {
  static let shared: Queue = {
    do {
      return try Queue(
        device: DeviceChoice.choose(nil, environment: ProcessInfo.processInfo.environment, among: Device.all()).device)
    } catch {
      fatalError("no queue for the tests: \(error)")
    }
  }()
}

/// A folder of its own for one test, removed when it ends.
final class TemporaryFolder {
  let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
}
