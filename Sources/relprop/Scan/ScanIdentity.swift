import Compute
import Foundation
import RelevancePropagation

/// All that decides the numbers of a scan's map: processes that share a map, or go on with one, must agree in it.
///
/// How the work is divided (batch, shards, strips) is not part of it: the map does not depend on it.
struct ScanIdentity: Codable, Hashable {
  var tool = "relprop \(Relprop.version)"
  var image: String
  /// Of the file's length, its first and its last MiB: slides are too large to be read for a digest.
  var imageDigest: String
  var imageSize: [Int]
  var level: Int
  var levelSize: [Int]
  var micronsPerPixel: Double?
  /// x, y, width, height in pixels of the level.
  var roi: [Int]
  var window: [Int]
  /// Vertical, horizontal.
  var stride: [Int]
  var edges: String
  var combine: String
  /// "windows" or "direct"; of the latter its tile in output positions.
  var mode: String
  var tile: [Int]?
  /// Index of the class; nil: each window's top class.
  var classIndex: Int?
  var className: String?
  var constantWindows: String
  /// Digest of the mask's file, or "tissue auto"; nil without a mask.
  var mask: String?
  var maskShare: Double
  var model: String
  var modelDigest: String
  var preprocessing: Preprocessing
  var composite: String
  /// Node and rule with all its numbers.
  var rules: [[String]]
  var start: String
  var precision: String

  /// Keys in which two identities differ, with both values; the image's path may differ between machines.
  func differences(from other: ScanIdentity) throws -> [String] {
    let (mine, theirs) = (try fields(), try other.fields())
    return Set(mine.keys).union(theirs.keys).subtracting(["image", "model"]).sorted().compactMap { key in
      let (a, b) = (mine[key] ?? "none", theirs[key] ?? "none")
      return a == b ? nil : "\(key) is \(a), there it is \(b)"
    }
  }

  private func fields() throws -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let object = try JSONSerialization.jsonObject(with: encoder.encode(self)) as? [String: Any] ?? [:]
    return try object.mapValues { value in
      let data = try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
      return String(decoding: data, as: UTF8.self)
    }
  }

  /// Digest of a file's length, first and last MiB.
  /// - Throws: `CommandError` where it cannot be read.
  static func digest(ofImage path: String) throws -> String {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw CommandError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { try? file.close() }
    let length = try file.seekToEnd()
    let digest = Digest()
    digest.update("\(length)\n")
    for offset in Set([0, length > 1 << 20 ? length - 1 << 20 : 0]).sorted() {
      try file.seek(toOffset: offset)
      try file.read(upToCount: 1 << 20)?.withUnsafeBytes { digest.update($0) }
    }
    return digest.finish()
  }
}
