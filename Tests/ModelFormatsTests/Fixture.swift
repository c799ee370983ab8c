import Foundation
import ModelFormats
import RelevancePropagation

/// Files that make_fixtures.py wrote.
enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  static func path(_ name: String) -> String { folder.appending(path: name).path }
  static func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: folder.appending(path: name))) }

  /// A file for the duration of `body`.
  static func withFile<R>(_ bytes: [UInt8], _ body: (String) throws -> R) throws -> R {
    let file = FileManager.default.temporaryDirectory.appending(path: "relprop-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    return try body(file.path)
  }
}

/// A safetensors file, made by hand.
struct SafetensorsBuilder {
  var entries: [(name: String, dtype: String, shape: [Int], bytes: [UInt8])] = []
  var metadata = ""

  mutating func add(_ name: String, _ shape: [Int], _ scalars: [Float]) {
    entries.append(
      (name, "F32", shape, scalars.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }))
  }

  /// The tensors of a file, changed by `edit`.
  static func copy(of dictionary: StateDictionary, _ edit: (String, Tensor) -> (String, Tensor)?) -> SafetensorsBuilder
  {
    var builder = SafetensorsBuilder()
    for name in dictionary.names {
      guard let (name, tensor) = edit(name, dictionary[name]!) else { continue }
      builder.add(name, tensor.shape.extents, tensor.scalars)
    }
    return builder
  }

  var bytes: [UInt8] {
    var offset = 0
    var parts: [String] = metadata.isEmpty ? [] : ["\"__metadata__\": \(metadata)"]
    for entry in entries {
      parts.append(
        "\"\(entry.name)\": {\"dtype\": \"\(entry.dtype)\", \"shape\": \(entry.shape), \"data_offsets\": "
          + "[\(offset), \(offset + entry.bytes.count)]}")
      offset += entry.bytes.count
    }
    return Self.file(header: "{" + parts.joined(separator: ", ") + "}", data: entries.flatMap(\.bytes))
  }

  static func file(header: String, data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
  }
}
