import Foundation
import Imaging
import RelevancePropagation
import VipsShim

/// A number of scenes drawn from one seed, all classes in turn, equally often.
///
/// Scene i has the class i mod (number of classes) and the i-th number of `SplitMix64(seed:)` as its seed, so a shorter
/// set is the beginning of a longer one, and two seeds give sets with no scene in common.
public struct SceneSet: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    /// `00000_castle.png`, `00000_castle_mask.png`, …
    case png
    /// `images.u8` (N × size × size × 3), `masks.u8` (N × size × size), `labels.u8` (N): bytes without a header.
    case raw
  }

  public let size: Int
  public let seed: UInt64
  private let seeds: [UInt64]
  private let subjects: [SceneClass]
  private let marked: Set<SceneClass>

  public var count: Int { seeds.count }

  /// - Parameters:
  ///   - subjects: the classes to draw in turn.
  ///   - marked: the classes whose scenes bear a mark in a corner.
  /// - Throws: `SceneError.count` or `SceneError.size`.
  public init(
    count: Int, size: Int = Scene.networkSize, seed: UInt64, subjects: [SceneClass] = SceneClass.allCases,
    marked: Set<SceneClass> = []
  ) throws(SceneError) {
    precondition(!subjects.isEmpty, "a set of scenes needs a class")
    guard count >= 1 else { throw .count(count) }
    guard Scene.sizes.contains(size) else { throw .size(size) }
    self.size = size
    self.seed = seed
    self.subjects = subjects
    self.marked = marked
    var random = SplitMix64(seed: seed)
    // 48 bits: JSON readers that keep numbers as doubles then read the seed exactly.
    seeds = (0..<count).map { _ in random.next() >> 16 }
  }

  public func subject(at index: Int) -> SceneClass { subjects[index % subjects.count] }

  /// Draws scene number `index`.
  public func scene(at index: Int) throws(SceneError) -> Scene {
    let subject = subject(at: index)
    return try Scene(of: subject, seed: seeds[index], size: size, marked: marked.contains(subject))
  }

  /// Draws all scenes into `folder`, which is made if need be, and writes `scenes.json` last.
  ///
  /// `progress` is told how many are done. Throws `SceneError`.
  @discardableResult
  public func write(
    to folder: String, format: Format = .png, progress: (Int) -> Void = { _ in }
  ) throws(SceneError) -> SceneIndex {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .writing(path: folder, message: error.localizedDescription)
    }
    var entries: [SceneIndex.Entry] = []
    let raw = format == .raw ? try RawFiles(in: folder) : nil
    for index in 0..<count {
      let scene = try scene(at: index)
      var entry = SceneIndex.Entry(class: scene.subject.label, seed: scene.seed, box: scene.box, mark: scene.mark)
      if let raw {
        try raw.append(scene)
      } else {
        let digits = String(index)
        let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let name = "\(number)_\(scene.subject.fileName)"
        try write("\(folder)/\(name).png") {
          try PNGFile.write(scene.image, width: size, height: size, bands: 3, to: $0)
        }
        try write("\(folder)/\(name)_mask.png") {
          try PNGFile.write(scene.mask, width: size, height: size, bands: 1, to: $0)
        }
        entry.image = "\(name).png"
        entry.mask = "\(name)_mask.png"
      }
      entries.append(entry)
      progress(index + 1)
    }
    let index = SceneIndex(size: size, seed: seed, classes: SceneClass.allCases.map(\.label), scenes: entries)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try write("\(folder)/scenes.json") { try AtomicFile.write([UInt8](encoder.encode(index)), to: $0) }
    return index
  }

  /// Writes one file by `body`, which is given its path.
  private func write(_ path: String, _ body: (String) throws -> Void) throws(SceneError) {
    do {
      try body(path)
    } catch {
      throw .writing(path: path, message: (error as? FileWriteError)?.reason ?? "\(error)")
    }
  }
}

/// The three files of the raw form, open for appending.
private struct RawFiles {
  private let files: [(path: String, handle: FileHandle)]

  init(in folder: String) throws(SceneError) {
    var files: [(path: String, handle: FileHandle)] = []
    for name in ["images.u8", "masks.u8", "labels.u8"] {
      let path = "\(folder)/\(name)"
      guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
      else { throw .writing(path: path, message: "the file cannot be created") }
      files.append((path, handle))
    }
    self.files = files
  }

  func append(_ scene: Scene) throws(SceneError) {
    for (file, bytes) in zip(files, [scene.image, scene.mask, [UInt8(scene.subject.index)]]) {
      do {
        try file.handle.write(contentsOf: Data(bytes))
      } catch {
        throw .writing(path: file.path, message: error.localizedDescription)
      }
    }
  }
}
