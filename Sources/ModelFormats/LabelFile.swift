import Foundation
import RelevancePropagation

/// Names of classes from a file, in any of the forms people hold:
///
/// - text, one name a line, with or without a WordNet id (`n01440764 tench`) or an index (`0: tench`) before it;
/// - the Python dictionary many ImageNet lists are copied as (`{0: 'tench, Tinca tinca',`);
/// - JSON: `["tench", …]`, `{"0": "tench", …}`, `{"0": ["n01440764", "tench"], …}`, or a Hugging Face `config.json`
///   with `id2label`.
public enum LabelFile {
  /// A label file is small; a larger one is something else.
  private static let largest = 16 << 20

  /// - Parameter count: how many classes the network has.
  /// - Throws: `ModelFileError` where the file is none of these, or has another number of names.
  public static func read(path: String, count: Int) throws -> [String] {
    let file = try MappedFile(path: path)
    guard file.count <= largest else {
      throw ModelFileError("\(path): \(file.count) bytes are no label file")
    }
    let data = file.withBytes { Data($0) }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ModelFileError("\(path): is no text", remedy: "give a text or JSON file with one name a class")
    }
    let labels = try json(data, path: path) ?? indexed(text) ?? lines(text)
    guard labels.count == count else {
      throw ModelFileError(
        "\(path): expected \(count) names, one a class, found \(labels.count)",
        remedy: "is it the label file of this model?")
    }
    return labels
  }

  private static func json(_ data: Data, path: String) throws -> [String]? {
    guard let value = try? JSONSerialization.jsonObject(with: data) else { return nil }
    if let names = value as? [String] { return names }
    guard var table = value as? [String: Any] else {
      throw ModelFileError("\(path): the JSON is neither a list of names nor a table from index to name")
    }
    if let nested = table["id2label"] as? [String: Any] { table = nested }
    var names: [Int: String] = [:]
    for (key, value) in table {
      let name = value as? String ?? (value as? [String])?.last
      guard let index = Int(key), let name else {
        throw ModelFileError("\(path): expected a table from index to name, found the key \"\(key)\"")
      }
      names[index] = name
    }
    return try consecutive(names, path: path)
  }

  /// Lines of the form `0: 'tench, Tinca tinca',`; nil where the text has another form.
  private static func indexed(_ text: String) -> [String]? {
    var names: [Int: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmingCharacters(in: CharacterSet(charactersIn: "{} \t,"))
      guard !line.isEmpty else { continue }
      guard let colon = line.firstIndex(of: ":"), let index = Int(line[..<colon]) else { return nil }
      let name = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      names[index] = unquoted(name)
    }
    return try? consecutive(names, path: "")
  }

  private static func lines(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map { line in
      let line = line.trimmingCharacters(in: .whitespaces)
      let words = line.split(separator: " ", maxSplits: 1)
      let isWordNet = words.count == 2 && words[0].count == 9 && words[0].first == "n" && Int(words[0].dropFirst()) != nil
      return isWordNet ? String(words[1]) : line
    }.filter { !$0.isEmpty }
  }

  private static func unquoted(_ text: String) -> String {
    guard let quote = text.first, quote == "'" || quote == "\"", text.last == quote, text.count >= 2 else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }

  private static func consecutive(_ names: [Int: String], path: String) throws -> [String] {
    try (0..<names.count).map { index in
      guard let name = names[index] else {
        throw ModelFileError("\(path): \(names.count) names, but none of index \(index)")
      }
      return name
    }
  }
}
