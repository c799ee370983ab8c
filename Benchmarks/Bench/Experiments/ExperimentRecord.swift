import Compute
import Foundation
import RelevancePropagation

/// What an experiment found, and all that is needed to repeat it.
struct ExperimentRecord<Result: Codable>: Codable {
  var experiment: String
  /// `git describe`; "+" behind it: with changes.
  var commit: String
  var date: String
  var device: String
  var platform: String
  var driver: String
  /// Of the scenes.
  var seed: UInt64
  /// Scenes that the large experiments were to take.
  var images: Int
  /// SHA-256 of the networks' files by name.
  var networks: [String: String]
  var seconds: Double
  var result: Result

  init(_ experiment: String, _ result: Result, in laboratory: Laboratory, seconds: Double) {
    self.experiment = experiment
    self.result = result
    self.seconds = (seconds * 10).rounded() / 10
    let device = laboratory.engine.device
    commit = Checkout.commit()
    date = Date.now.formatted(.iso8601)
    self.device = device.name
    platform = "\(device.platform), \(device.platformVersion)"
    driver = device.driverVersion
    seed = laboratory.seed
    images = laboratory.images
    networks = Dictionary(uniqueKeysWithValues: laboratory.usedNetworks.map { ($0.name, $0.sha256) })
  }

  static func path(_ experiment: String, in folder: String) -> String { "\(folder)/\(experiment).json" }

  /// - Throws: `FileWriteError`.
  func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    try AtomicFile.write(text, to: Self.path(experiment, in: folder))
  }

  /// - Throws: `SessionError` where the file is missing or holds something else.
  static func read(_ experiment: String, in folder: String) throws -> Self {
    let path = path(experiment, in: folder)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SessionError("\(path): not there; run `relprop-bench experiments --only \(experiment)` first")
    }
    do {
      return try JSONDecoder().decode(Self.self, from: data)
    } catch {
      throw SessionError("\(path): no result of the experiment \(experiment) as it is now; run it again (\(error))")
    }
  }
}
