import Foundation

/// What `.zarray` says of an array (Zarr storage specification, version 2): the shape, how it is cut into chunks, and how
/// those lie on the disk.
struct ZarrMetadata: Sendable, Equatable {
  /// [planes, height, width].
  let shape: [Int]
  /// [1, height, width] of a chunk; chunks at the right and lower border are as large as the others.
  let chunks: [Int]
  /// Nil: chunks are not compressed.
  let zlibLevel: Int?
  /// "/" or ".": between the numbers in a chunk's name.
  let separator: String

  static let fileName = ".zarray"

  /// Fast: relevance hardly compresses beyond its empty parts, and level 6 takes three times as long for a few percent.
  static let fastLevel = 1

  init(shape: [Int], chunks: [Int]) {
    self.shape = shape
    self.chunks = chunks
    zlibLevel = Self.fastLevel
    separator = "/"
  }

  /// The file's text.
  var text: String {
    """
    {
        "chunks": \(chunks),
        "compressor": \(zlibLevel.map { "{\"id\": \"zlib\", \"level\": \($0)}" } ?? "null"),
        "dimension_separator": "\(separator)",
        "dtype": "<f4",
        "fill_value": 0.0,
        "filters": null,
        "order": "C",
        "shape": \(shape),
        "zarr_format": 2
    }

    """
  }

  /// - Throws: `ZarrError` naming the first key that is missing or says what this library does not read.
  init(path: String) throws {
    let file = path + "/" + Self.fileName
    let json = try StoreFile.json(file, hint: "it may be damaged; write the store again")
    func refused(_ key: String, expected: String) -> ZarrError {
      ZarrError(
        path: file,
        "expected \(key) \(expected), found \(json[key]?.text ?? "none"); "
          + "relprop reads the arrays it writes, and such as are like them")
    }
    guard json["zarr_format"]?.integer == 2 else { throw refused("zarr_format", expected: "2") }
    guard json["dtype"] == "<f4" else { throw refused("dtype", expected: "\"<f4\" (float32)") }
    guard json["order"] == "C" else { throw refused("order", expected: "\"C\"") }
    guard [nil, .null, .array([])].contains(json["filters"]) else { throw refused("filters", expected: "null") }
    let fill = json["fill_value"] ?? .null
    guard fill == .null || fill.number == 0 else { throw refused("fill_value", expected: "0") }
    switch json["compressor"] ?? .null {
    case .null: zlibLevel = nil
    case let compressor where compressor["id"] == "zlib": zlibLevel = compressor["level"]?.integer ?? Self.fastLevel
    default: throw refused("compressor", expected: "zlib")
    }
    separator = json["dimension_separator"]?.string ?? "."
    guard [".", "/"].contains(separator) else { throw refused("dimension_separator", expected: "\"/\"") }

    shape = json["shape"]?.array?.compactMap(\.integer) ?? []
    chunks = json["chunks"]?.array?.compactMap(\.integer) ?? []
    // Beyond these sides, and this many elements, products of them would not fit an Int.
    let sides = 1...Int(Int32.max)
    guard shape.count == 3, json["shape"]?.array?.count == 3, shape.allSatisfy(sides.contains) else {
      throw refused("shape", expected: "[planes, height, width]")
    }
    guard
      chunks.count == 3, json["chunks"]?.array?.count == 3, chunks[0] == 1,
      chunks[1...].allSatisfy((1...16384).contains)
    else { throw refused("chunks", expected: "[1, height, width]") }
  }
}
