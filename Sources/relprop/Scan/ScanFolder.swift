import Foundation
import RelevancePropagation
import Scanning

/// What a scan keeps beside its map, in the store's folder `.scan`: whose map it is, which strips are done, and what became of
/// their windows.
///
/// ```
/// NAME.zarr/.scan/
///   plan.json                the scan's identity, written once
///   strips/12.0-31.done      a strip whose chunks lie on the disk
///   windows/12.0-31.csv      its windows
///   lock, 3-of-8.lock        held by the processes that work here
/// ```
struct ScanFolder: Sendable {
  let store: String
  var path: String { store + "/.scan" }

  /// What a strip's marker says.
  struct Marker: Codable, Sendable {
    var chunkRow: Int
    /// First column of chunks, and the one behind the last.
    var chunkColumns: [Int]
    /// What could not be read, in pixels of the map: x, y, width, height.
    var unreadable: [[Int]]
    /// Part of the work that made it, of how many.
    var shard: [Int]?
    var device: String
    var host: String
    var finished: String
  }

  // MARK: identity

  /// - Throws: `FileWriteError` where it cannot be written; `EEXIST` inside it where another process was first.
  func create(_ identity: ScanIdentity) throws {
    for folder in ["strips", "windows"] {
      do {
        try FileManager.default.createDirectory(atPath: path + "/" + folder, withIntermediateDirectories: true)
      } catch {
        throw FileWriteError(path: path + "/" + folder, reason: error.localizedDescription)
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(String(decoding: try encoder.encode(identity), as: UTF8.self) + "\n", to: path + "/plan.json")
  }

  /// - Throws: `CommandError` where there is none, or it is damaged.
  func identity() throws -> ScanIdentity {
    let file = path + "/plan.json"
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CommandError("\(store): expected \(file), found none; only maps that relprop scan made can be gone on with")
    }
    do {
      return try JSONDecoder().decode(ScanIdentity.self, from: data)
    } catch {
      throw CommandError("\(file): it is damaged, or of another version of relprop; remove \(store) and scan anew")
    }
  }

  // MARK: strips

  func isDone(_ place: StripPlace) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/strips/\(place.name).done")
  }

  /// The markers, by row and column of chunks.
  /// - Throws: `CommandError` for one that is damaged.
  func markers() throws -> [(name: String, marker: Marker)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/strips")) ?? []
    return try names.filter { $0.hasSuffix(".done") && !$0.hasPrefix(".") }.map { file in
      let place = "\(path)/strips/\(file)"
      guard let data = FileManager.default.contents(atPath: place),
        let marker = try? JSONDecoder().decode(Marker.self, from: data), marker.chunkColumns.count == 2
      else { throw CommandError("\(place): it is damaged; remove it, and its strip is made again") }
      return (String(file.dropLast(5)), marker)
    }.sorted { ($0.marker.chunkRow, $0.marker.chunkColumns[0]) < ($1.marker.chunkRow, $1.marker.chunkColumns[0]) }
  }

  func windowsFile(_ name: String) -> String { "\(path)/windows/\(name).csv" }

  func write(_ marker: Marker, name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      String(decoding: try encoder.encode(marker), as: UTF8.self) + "\n", to: "\(path)/strips/\(name).done")
  }
}
