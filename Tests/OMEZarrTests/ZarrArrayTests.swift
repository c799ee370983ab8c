import CZlib
import Foundation
import MapSupport
import RelevancePropagation
import Testing

@testable import OMEZarr

/// Arrays: chunks as files.
@Suite struct ZarrArrayTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func array(height: Int = 7, width: Int = 10, chunk: Int = 4) throws -> ZarrArray {
    try ZarrArray.create(
      at: folder.file("a"), planes: 2, height: height, width: width, chunkHeight: chunk, chunkWidth: chunk)
  }

  @Test("What is written is read back, by another value that opens the folder")
  func roundTrip() throws {
    let array = try array()
    let chunk = (0..<16).map { Float($0) - 3.25 }
    try array.write(chunk, plane: 1, row: 1, column: 2)
    let opened = try ZarrArray(path: array.path)
    #expect((opened.planes, opened.height, opened.width) == (2, 7, 10))
    #expect((opened.chunkRows, opened.chunkColumns) == (2, 3))
    #expect(try opened.chunk(plane: 1, row: 1, column: 2) == chunk)
    #expect(try opened.chunk(plane: 0, row: 1, column: 2) == nil)
    #expect(folder.names("a/1/1") == ["2"], "one file, and none under a temporary name")
  }

  @Test("A chunk is a zlib stream of little-endian floats, named plane/row/column")
  func layout() throws {
    let array = try array()
    try array.write([Float](repeating: 1, count: 16), plane: 0, row: 0, column: 1)
    let stream = try Array(folder.bytes("a/0/0/1"))
    var bytes = [UInt8](repeating: 0, count: 64)
    var count = uLong(bytes.count)
    #expect(uncompress(&bytes, &count, stream, uLong(stream.count)) == Z_OK)
    #expect(count == 64)
    #expect(Array(bytes[..<4]) == [0, 0, 0x80, 0x3f])  // 1.0 = 0x3f800000
  }

  @Test("A chunk of zeros has no file, and one that becomes zero loses its file")
  func sparse() throws {
    let array = try array()
    let zeros = [Float](repeating: 0, count: 16)
    try array.write(zeros, plane: 0, row: 0, column: 0)
    #expect(folder.names("a") == [".zarray"])
    try array.write(zeros.map { $0 + 1 }, plane: 0, row: 0, column: 0)
    #expect(array.hasChunk(plane: 0, row: 0, column: 0))
    try array.write(zeros, plane: 0, row: 0, column: 0)
    #expect(!array.hasChunk(plane: 0, row: 0, column: 0))
    #expect(try array.chunk(plane: 0, row: 0, column: 0) == nil)
  }

  @Test("Rectangles are cut into chunks and put together again, at borders too")
  func regions() throws {
    let (width, height) = (10, 7)
    let array = try array(height: height, width: width)
    let values = (0..<width * height).map { Float($0 + 1) }
    try array.write(values, plane: 0, x: 0, y: 0, width: width, height: height)
    #expect(try array.region(plane: 0, x: 0, y: 0, width: width, height: height) == values)
    // x 3 … 8, y 2 … 5: six chunks. value = 1 + 10y + x.
    let part = try array.region(plane: 0, x: 3, y: 2, width: 6, height: 4)
    let rows = (2..<6).map { y in (3..<9).map { x in Float(1 + 10 * y + x) } }
    #expect(part == Array(rows.joined()))
    // Beyond the border a chunk holds zeros.
    let corner = try #require(try array.chunk(plane: 0, row: 1, column: 2))
    #expect(corner == [49, 50, 0, 0, 59, 60, 0, 0, 69, 70, 0, 0, 0, 0, 0, 0])
    #expect(try array.region(plane: 1, x: 1, y: 1, width: 2, height: 2) == [0, 0, 0, 0])
  }

  @Test("A second writer of part of the rows leaves the others as they are")
  func strips() throws {
    let array = try array()
    try array.write([Float](repeating: 1, count: 40), plane: 0, x: 0, y: 0, width: 10, height: 4)
    try array.write([Float](repeating: 2, count: 30), plane: 0, x: 0, y: 4, width: 10, height: 3)
    try array.write([Float](repeating: 3, count: 16), plane: 0, x: 4, y: 0, width: 4, height: 4)
    let all = try array.region(plane: 0, x: 0, y: 0, width: 10, height: 7)
    let upper = [[Float]](repeating: [1, 1, 1, 1, 3, 3, 3, 3, 1, 1], count: 4)
    let lower = [[Float]](repeating: [Float](repeating: 2, count: 10), count: 3)
    #expect(all == Array((upper + lower).joined()))
  }

  @Test("Damaged chunks are named", arguments: ["", "xxxxxxxxxxxxxx", "truncated", "long"])
  func damagedChunk(_ damage: String) throws {
    let array = try array()
    let chunk = (0..<16).map { Float($0) }
    try array.write(chunk, plane: 0, row: 0, column: 0)
    let whole = try folder.bytes("a/0/0/0")
    let damaged: Data =
      switch damage {
      case "truncated": whole.dropLast(3)
      case "long":
        Data(([Float](repeating: 2, count: 17)).withUnsafeBytes { Zlib.compress($0, level: 1) })
      default: Data(damage.utf8)
      }
    try damaged.write(to: URL(fileURLWithPath: folder.file("a/0/0/0")))
    let error = #expect(throws: ZarrError.self) { try array.chunk(plane: 0, row: 0, column: 0) }
    #expect(error?.description.contains("a/0/0/0: a chunk of 4 × 4 values was expected") == true, "\(error as Any)")
  }

  @Test(
    "Foreign and damaged metadata are refused, with what was found",
    arguments: [
      ("\"zarr_format\": 2", "\"zarr_format\": 3", "expected zarr_format 2, found 3"),
      ("\"<f4\"", "\"<f8\"", "expected dtype \"<f4\" (float32), found \"<f8\""),
      ("\"<f4\"", "[[\"r\", \"<f4\"]]", "found [[\"r\",\"<f4\"]]"),
      ("\"C\"", "\"F\"", "expected order \"C\", found \"F\""),
      ("0.0", "1.5", "expected fill_value 0, found 1.5"),
      ("\"zlib\"", "\"blosc\"", "expected compressor zlib, found {\"id\":\"blosc\""),
      ("[2, 7, 10]", "[7, 10]", "expected shape [planes, height, width], found [7,10]"),
      ("[2, 7, 10]", "[2, 7, -1]", "expected shape"), ("[2, 7, 10]", "[2, 7, 1e30]", "expected shape"),
      ("[1, 4, 4]", "[2, 4, 4]", "expected chunks [1, height, width], found [2,4,4]"),
      ("[1, 4, 4]", "[1, 0, 4]", "expected chunks"), ("[1, 4, 4]", "\"none\"", "expected chunks"),
      ("\"filters\": null", "\"filters\": [{\"id\": \"delta\"}]", "expected filters null"),
      ("\"dimension_separator\": \"/\"", "\"dimension_separator\": \"-\"", "expected dimension_separator"),
      ("\"shape\"", "shape", "it is no JSON object"),
    ])
  func foreign(_ original: String, _ replacement: String, _ message: String) throws {
    let array = try array()
    let text = String(decoding: try folder.bytes("a/.zarray"), as: UTF8.self)
    #expect(text.contains(original))
    try folder.write(text.replacing(original, with: replacement), to: "a/.zarray")
    let error = #expect(throws: ZarrError.self) { try ZarrArray(path: array.path) }
    #expect(error?.description.contains(message) == true, "\(error as Any)")
    #expect(error?.description.contains("a/.zarray") == true)
  }

  @Test("Arrays without compression, and with dots in the names of chunks, are read and written")
  func otherLayouts() throws {
    var array = try array()
    let text = String(decoding: try folder.bytes("a/.zarray"), as: UTF8.self)
      .replacing("{\"id\": \"zlib\", \"level\": 1}", with: "null")
      .replacing("    \"dimension_separator\": \"/\",\n", with: "")
    try folder.write(text, to: "a/.zarray")
    array = try ZarrArray(path: array.path)
    try array.write([Float](repeating: 5, count: 16), plane: 1, row: 0, column: 2)
    #expect(try folder.bytes("a/1.0.2").count == 64)
    #expect(try array.chunk(plane: 1, row: 0, column: 2) == [Float](repeating: 5, count: 16))
    try folder.write("short", to: "a/1.0.2")
    #expect(throws: ZarrError.self) { try array.chunk(plane: 1, row: 0, column: 2) }
  }

  @Test("A full disk is an error, and leaves the chunks before it whole and nothing of the one that failed")
  func fullDisk() throws {
    let place = folder.file("disk")
    guard let disk = SmallDisk(kibibytes: 64, at: place) else { return }
    let array = try ZarrArray.create(
      at: disk.path + "/a", planes: 1, height: 256, width: 64, chunkHeight: 64, chunkWidth: 64)
    var random = SplitMix64(seed: 3)
    var failure: (any Error)?
    var written: [[Float]] = []
    for row in 0..<4 {
      // Random bits: 16 KiB that do not compress.
      let chunk = (0..<64 * 64).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next()) & 0x3fff_ffff) }
      do {
        try array.write(chunk, plane: 0, row: row, column: 0)
        written.append(chunk)
      } catch { failure = error }
    }
    let error = try #require(failure as? FileWriteError)
    #expect(error.description.contains("No space left on device; free some space"), "\(error)")
    #expect(!written.isEmpty)
    for (row, chunk) in written.enumerated() { #expect(try array.chunk(plane: 0, row: row, column: 0) == chunk) }
    #expect(folder.names("disk/a/0").flatMap { folder.names("disk/a/0/\($0)") } == written.map { _ in "0" })
  }
}
