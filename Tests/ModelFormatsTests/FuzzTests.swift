import Foundation
import ModelFormats
import RelevancePropagation
import Testing

/// Damaged files must throw or load, never trap. A crash here is repeated by the file and seed it names.
@Suite("Damaged files")
struct FuzzTests {
  static let files = [
    "vgg11_zip.pth", "deflated.pth", "vgg11_legacy.pth", "checkpoint.pth", "views.pth", "half.pth", "vgg11.safetensors",
    "bfloat16.safetensors", "opset7.onnx", "opset13.onnx", "opset18.onnx", "float16_in_int32_data.onnx",
  ]

  /// Whether the bytes load; any other error than ours is a failure.
  private func survives(_ bytes: [UInt8], path: String?) -> Bool {
    do {
      if let path {
        try Data(bytes).write(to: URL(filePath: path))
        _ = try ModelFile.load(path: path)
      } else {
        _ = try ModelFile.load(bytes: bytes, name: "fuzz")
      }
      return true
    } catch {
      #expect(error is ModelFileError, "\(error)")
      return false
    }
  }

  /// Zip archives are read from a file, the others from memory.
  private func withPath(_ name: String, _ body: (String?) throws -> Void) throws {
    guard try Fixture.bytes(name).starts(with: [0x50, 0x4B]) else { return try body(nil) }
    try Fixture.withFile([]) { try body($0) }
  }

  @Test(
    "Files cut short are refused at every 7th byte",
    arguments: ["vgg11_zip.pth", "vgg11_legacy.pth", "vgg11.safetensors", "opset9.onnx"])
  func truncation(_ name: String) throws {
    let bytes = try Fixture.bytes(name)
    try withPath(name) { path in
      for length in stride(from: 0, to: bytes.count, by: 7) {
        // Nothing is lost where a zip archive's end record (22 bytes) is cut, and an ONNX file without its last fields
        // may still be a graph.
        let loaded = survives(Array(bytes.prefix(length)), path: path)
        #expect(
          !loaded || name.hasSuffix(".onnx") || (path != nil && length > bytes.count - 24),
          "\(name) cut to \(length) bytes")
      }
    }
  }

  @Test("Files with changed bytes throw or load", arguments: files)
  func flips(_ name: String) throws {
    let bytes = try Fixture.bytes(name)
    var generator = SplitMix64(seed: UInt64(name.utf8.reduce(0) { $0 + Int($1) }))
    // Headers, pickles and graphs decide; numbers in between only change weights.
    let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
    try withPath(name) { path in
      for _ in 0..<300 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let position = Int.random(in: 0..<damaged.count, using: &generator)
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          case 1: damaged[position] = interesting.randomElement(using: &generator)!
          case 2: damaged[position] = UInt8.random(in: 0...255, using: &generator)
          default:
            // A run of bytes moved: shifts lengths and offsets.
            let end = min(damaged.count, position + Int.random(in: 1...16, using: &generator))
            damaged.replaceSubrange(position..<end, with: damaged[..<min(8, damaged.count)])
          }
        }
        _ = survives(damaged, path: path)
      }
    }
  }

  @Test("Random bytes behind each format's first bytes throw")
  func random() {
    var generator = SplitMix64(seed: 17)
    let starts: [[UInt8]] = [
      [], [0x08, 0x08], [0x3A],
      [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E],
      [40, 0, 0, 0, 0, 0, 0, 0, 0x7B],
    ]
    for start in starts {
      for _ in 0..<300 {
        let tail = (0..<Int.random(in: 0..<200, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
        #expect(!survives(start + tail, path: nil))
      }
    }
  }

  @Test("A small archive cannot ask for gigabytes")
  func bomb() throws {
    // The sizes in the central directory of deflated.pth's first entry, raised to 4 GB less one byte.
    var bytes = try Fixture.bytes("deflated.pth")
    let entry = try #require((0..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2] })
    for index in 24..<28 { bytes[entry + index] = 0xFE }
    try Fixture.withFile(bytes) { path -> Void in
      let error = try #require(throws: ModelFileError.self) { try ModelFile.load(path: path) }
      #expect(error.file == path)
    }
  }
}
