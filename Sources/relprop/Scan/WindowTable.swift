import Foundation
import RelevancePropagation
import Scanning

/// Windows as lines of text, one each: what became of it, and where its relevance went.
enum WindowTable {
  static let header = "x,y,state,class,score,start,relevance,padding,absorbed\n"

  /// Numbers are written so that they are read as the same doubles.
  static func line(_ record: WindowRecord) -> String {
    var fields = ["\(record.x)", "\(record.y)", record.state.rawValue, record.target.map(String.init) ?? ""]
    if let numbers = record.numbers {
      fields += [numbers.score, numbers.start, numbers.relevance, numbers.padding].map { "\($0)" }
      fields.append(numbers.absorbed.map { "\($0)" } ?? "")
    } else {
      fields += ["", "", "", "", ""]
    }
    return fields.joined(separator: ",") + "\n"
  }

  /// - Throws: `CommandError` naming the line that is no window.
  static func read(_ path: String) throws -> [WindowRecord] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError(
        "\(path): \(String(cString: strerror(errno))); remove the marker of its strip, which is then made again")
    }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    return try lines.dropFirst().enumerated().map { index, line in
      guard let record = record(line) else {
        throw CommandError(
          "\(path), line \(index + 2): no window; remove the marker of its strip, which is then made again")
      }
      return record
    }
  }

  private static func record(_ line: Substring) -> WindowRecord? {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 9, let x = Int(fields[0]), let y = Int(fields[1]),
      let state = WindowRecord.State(rawValue: String(fields[2]))
    else { return nil }
    var record = WindowRecord(x: x, y: y, state: state, target: Int(fields[3]))
    if !fields[4].isEmpty {
      let values = fields[4..<8].compactMap { Double($0) }
      guard values.count == 4 else { return nil }
      record.numbers = WindowRecord.Numbers(
        score: values[0], start: values[1], relevance: values[2], padding: values[3], absorbed: Double(fields[8]))
    }
    return record
  }
}
