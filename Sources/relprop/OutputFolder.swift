import Foundation
import RelevancePropagation

/// Where results go: made if need be, and checked before anything is computed.
struct OutputFolder {
  let path: String
  /// Whether nothing was in it, or it was not there.
  let wasEmpty: Bool
  private var taken: Set<String> = []

  /// - Throws: `FileWriteError` where the folder cannot be made or written.
  init(_ path: String) throws {
    self.path = path
    wasEmpty = (try? FileManager.default.contentsOfDirectory(atPath: path).isEmpty) ?? true
    try Self.make(path)
    guard access(path, W_OK | X_OK) == 0 else {
      throw FileWriteError(
        path: path, reason: "\(String(cString: strerror(errno))); choose another folder with --output")
    }
  }

  /// A folder, and those above it.
  /// - Throws: `FileWriteError`.
  static func make(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileWriteError(path: path, reason: "the folder cannot be made; choose another with --output")
    }
  }

  /// The folder a path without extension lies in.
  static func make(folderOf stem: String) throws {
    let folder = (stem as NSString).deletingLastPathComponent
    if !folder.isEmpty, access(folder, F_OK) != 0 { try make(folder) }
  }

  /// A path without extension that was not given out before: two inputs of one name get different ones.
  ///
  /// The paths follow from the order of the calls alone, so that a command that is run again finds its results.
  mutating func stem(named name: String) -> String {
    let name = Self.shortened(name)
    var stem = name
    var number = 2
    while !taken.insert(stem).inserted {
      stem = "\(name)-\(number)"
      number += 1
    }
    return path + "/" + stem
  }

  /// File systems allow names of 255 bytes; targets and extensions need some of them.
  private static func shortened(_ name: String) -> String {
    var folders = name.split(separator: "/", omittingEmptySubsequences: false)
    while let last = folders.last, last.utf8.count > 150 { folders[folders.count - 1] = last.dropLast() }
    return folders.joined(separator: "/")
  }
}
