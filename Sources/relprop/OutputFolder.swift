import Foundation
import RelevancePropagation

/// Where results go: made if need be, and checked before anything is computed.
struct OutputFolder {
  let path: String
  private var taken: Set<String> = []

  /// - Throws: `FileWriteError` where the folder cannot be made or written.
  init(_ path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileWriteError(path: path, reason: "the folder cannot be made; choose another with --output")
    }
    guard access(path, W_OK | X_OK) == 0 else {
      throw FileWriteError(
        path: path, reason: "\(String(cString: strerror(errno))); choose another folder with --output")
    }
  }

  /// A name without extension for an input file's results; two inputs of one name get different ones.
  mutating func stem(for input: String, suffix: String) -> String {
    stem(named: URL(fileURLWithPath: input).deletingPathExtension().lastPathComponent, suffix: suffix)
  }

  /// A path without extension that was not given out before.
  mutating func stem(named base: String, suffix: String = "") -> String {
    var stem = base + suffix
    var number = 2
    while !taken.insert(stem).inserted {
      stem = "\(base)-\(number)\(suffix)"
      number += 1
    }
    return path + "/" + stem
  }
}
