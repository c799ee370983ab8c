import Evaluation
import Foundation
import RelevancePropagation

/// The scores of every image and method as they come, a line of JSON each: a run that is stopped goes on behind the last.
///
/// A line is written at once, by one call. What a process that was killed left of its last line is cut off before the first
/// new one.
final class EvaluationLog {
  struct Record: Codable {
    /// Digest of the settings, the image and its mask.
    var key: String
    var image: String
    var method: String
    /// The class that was explained.
    var target: Int
    var result: EvaluationResult
  }

  let path: String
  private let file: FileHandle
  /// Where the line of each image and method lies, by key and method.
  private var lines: [Place: Range<UInt64>] = [:]
  private var end: UInt64

  private struct Place: Hashable {
    let key: String
    let method: String
  }

  /// Opens the file, makes it if need be, and finds what is in it.
  ///
  /// - Parameter isNew: whether what is there is thrown away.
  /// - Throws: `FileWriteError`.
  init(path: String, isNew: Bool) throws {
    self.path = path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (isNew ? O_TRUNC : 0), 0o666)
    guard descriptor >= 0 else { throw FileWriteError(path: path, reason: String(cString: strerror(errno))) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    end = 0
    try index()
  }

  /// One process at a time: two would write over each other.
  private func lock() throws {
    guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw FileWriteError(path: path, reason: "another process is writing it; wait for it or choose another --output")
    }
  }

  private func index() throws {
    try lock()
    struct Head: Decodable {
      var key: String
      var method: String
    }
    var (rest, start) = (Data(), UInt64(0))
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      rest += piece
      while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest[rest.startIndex..<newline]
        let next = start + UInt64(line.count) + 1
        if let head = try? JSONDecoder().decode(Head.self, from: line) {
          lines[Place(key: head.key, method: head.method)] = start..<next - 1
        }
        rest = Data(rest[rest.index(after: newline)...])
        start = next
      }
    }
    end = start
    try truncate(to: end)
  }

  private func truncate(to length: UInt64) throws {
    guard ftruncate(file.fileDescriptor, off_t(length)) == 0 else {
      throw FileWriteError(path: path, reason: String(cString: strerror(errno)))
    }
  }

  func contains(key: String, method: String) -> Bool { lines[Place(key: key, method: method)] != nil }

  /// - Throws: `FileWriteError`; the file then ends with the line before.
  func append(_ record: Record) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = try encoder.encode(record) + Data("\n".utf8)
    let written = line.withUnsafeBytes { pwrite(file.fileDescriptor, $0.baseAddress, $0.count, off_t(end)) }
    guard written == line.count else {
      let reason = written < 0 ? String(cString: strerror(errno)) : "the disk is full"
      try? truncate(to: end)
      throw FileWriteError(path: path, reason: reason)
    }
    lines[Place(key: record.key, method: record.method)] = end..<end + UInt64(line.count) - 1
    end += UInt64(line.count)
  }

  /// The record of an image and a method, read from the file.
  /// - Throws: `CommandError` where the file has changed under our hands.
  func record(key: String, method: String) throws -> Record? {
    guard let range = lines[Place(key: key, method: method)] else { return nil }
    var line = Data(count: Int(range.upperBound - range.lowerBound))
    let count = line.withUnsafeMutableBytes {
      pread(file.fileDescriptor, $0.baseAddress, $0.count, off_t(range.lowerBound))
    }
    guard count == line.count, let record = try? JSONDecoder().decode(Record.self, from: line) else {
      throw CommandError("\(path): it changed while it was read; run the command again with --overwrite")
    }
    return record
  }
}
