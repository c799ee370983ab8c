import Foundation

/// The files of one result: all of them, or, where one cannot be written, none of those written so far.
final class ResultFiles {
  private var written: [String] = []

  /// Writes one file by `body`, which is given its path.
  func write(_ path: String, _ body: (String) throws -> Void) throws {
    do {
      try body(path)
      written.append(path)
    } catch {
      for path in written { try? FileManager.default.removeItem(atPath: path) }
      throw error
    }
  }
}
