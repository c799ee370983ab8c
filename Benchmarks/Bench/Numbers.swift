import ArgumentParser

/// Lists of numbers on the command line.
enum Numbers {
  /// "1,8,32".
  static func list(_ text: String, option: String) throws -> [Int] {
    let parts = text.split(separator: ",")
    let numbers = parts.compactMap { Int($0) }.filter { $0 > 0 }
    guard !parts.isEmpty, numbers.count == parts.count else {
      throw ValidationError("\(option) \(text): expected numbers from 1 on, separated by commas")
    }
    return numbers
  }
}
