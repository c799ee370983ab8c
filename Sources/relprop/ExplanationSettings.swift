import Compute
import Foundation
import RelevancePropagation

/// All that decides what an image's results are, as a digest: results with another digest are explained anew.
struct ExplanationSettings: Encodable {
  var version = Relprop.version
  var model: String
  var inputShape: [Int]
  var labels: [String]
  var preprocessing: Preprocessing
  var method: String
  /// Node and rule with all its numbers; empty for a baseline.
  var rules: [[String]]
  var start: String
  /// Options as they were given; of files their digests.
  var options: [String: [String]]

  /// Of the settings alone.
  func digest() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return try encoder.encode(self).withUnsafeBytes { Digest.sha256($0) }
  }

  /// Of the settings and one image: its path, size and time of change. Nil where there is no such file.
  static func digest(_ settings: String, image path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    let digest = Digest()
    digest.update(settings)
    digest.update("\n\(URL(fileURLWithPath: path).standardizedFileURL.path)\n")
    digest.update("\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)")
    return digest.finish()
  }

  /// An option's value, with the digest of the file where it names one.
  static func option(_ value: String?) throws -> [String] {
    guard let value else { return [] }
    guard value.hasSuffix(".npy") else { return [value] }
    return [value, try MappedFile(path: value).withBytes { Digest.sha256($0) }]
  }
}
