import Foundation
import Imaging
import RelevancePropagation
import Testing

@Suite("Damaged images")
struct DamageTests {
  static let image = DrawnImage.smooth(300, 420)

  /// Reads the whole in strips that overlap, twice, and compares every pixel outside `bad` with the sound file's.
  func check(
    _ path: String, against sound: String, bad: [PixelRectangle], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let photograph = try Photograph(path: sound)
    var pixels = photograph.pixels
    for area in bad {
      for y in area.rows {
        let row = (y * photograph.width + area.x) * 3..<(y * photograph.width + area.x + area.width) * 3
        pixels.replaceSubrange(row, with: repeatElement(0, count: row.count))
      }
    }
    let expected = Photograph(width: photograph.width, height: photograph.height, pixels: pixels)
    let reader = try RegionReader(path: path)
    for pass in 0..<2 {
      for y in stride(from: 0, to: reader.height, by: 60) {
        let area = PixelRectangle(x: 10, y: y, width: reader.width - 10, height: min(90, reader.height - y))
        let region = try reader.read(area)
        let told = region.unreadable.map {
          PixelRectangle(x: $0.x + 10, y: $0.y + y, width: $0.width, height: $0.height)
        }
        #expect(
          told == bad.compactMap { $0.intersection(area) }, "pass \(pass) \(area)", sourceLocation: sourceLocation)
        #expect(region.bytes == expected.bytes(area), "pass \(pass) \(area)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test(
    "A destroyed tile in the middle is told, and no other pixel is lost",
    arguments: ["jpeg", "deflate", "lzw", "zstd"], ["", ",bigtiff"])
  func tile(compression: String, form: String) throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write(
      "a.tif[tile,tile-width=64,tile-height=64,compression=\(compression)\(form)]", in: folder)
    var bytes = try TIFFBytes(path: sound)
    // 5 × 7 tiles: (2, 3), and the last, which hangs over both edges.
    bytes.destroy(tile: 17)
    bytes.destroy(tile: 34)
    try check(
      folder.write(bytes.bytes, as: "b.tif"), against: sound,
      bad: [
        PixelRectangle(x: 128, y: 192, width: 64, height: 64), PixelRectangle(x: 256, y: 384, width: 44, height: 36),
      ])
  }

  @Test("Neighbouring tiles that are damaged are told as one rectangle")
  func neighbours() throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write("a.tif[tile,tile-width=64,tile-height=64,compression=deflate]", in: folder)
    var bytes = try TIFFBytes(path: sound)
    for tile in [6, 7, 11, 12] { bytes.destroy(tile: tile) }
    let reader = try RegionReader(path: folder.write(bytes.bytes, as: "b.tif"))
    #expect(try reader.read(reader.whole).unreadable == [PixelRectangle(x: 64, y: 64, width: 128, height: 128)])
  }

  /// A file's bytes with zeros in the second half of a tile.
  private static func halved(tile number: Int, of path: String) throws -> [UInt8] {
    let bytes = try TIFFBytes(path: path)
    let tile = bytes.tiles[number]
    var changed = bytes.bytes
    for i in tile.lowerBound + tile.count / 2..<tile.upperBound { changed[i] = 0 }
    return changed
  }

  @Test("A JPEG tile whose end is lost is told, though its decoder only warns")
  func halfTile() throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write("a.tif[tile,tile-width=64,tile-height=64,compression=jpeg]", in: folder)
    try check(
      folder.write(Self.halved(tile: 8, of: sound), as: "b.tif"), against: sound,
      bad: [PixelRectangle(x: 192, y: 64, width: 64, height: 64)])
  }

  /// libvips has one buffer of messages, and one switch that silences it, for the process.
  @Test("A tile whose end is lost is told while other threads write images")
  func besideWriters() async throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write("a.tif[tile,tile-width=64,tile-height=64,compression=jpeg]", in: folder)
    let path = try folder.write(Self.halved(tile: 8, of: sound), as: "b.tif")
    let written = folder.path("small.tif")
    async let writing: Void = {
      for _ in 0..<400 {
        try LargeImageFile(width: 8, height: 8).write(to: written) { area, samples, stride in
          for y in 0..<area.height { memset(samples + y * stride, 0, area.width) }
        }
      }
    }()
    let area = PixelRectangle(x: 192, y: 64, width: 64, height: 64)
    for _ in 0..<100 {
      let reader = try RegionReader(path: path)
      let told = try reader.read(area).unreadable
      #expect(told == [PixelRectangle(x: 0, y: 0, width: 64, height: 64)])
    }
    try await writing
  }

  @Test("A destroyed strip is told, and those behind it are read", arguments: ["jpeg", "deflate", "lzw", "zstd"])
  func strip(compression: String) throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write("a.tif[compression=\(compression)]", in: folder)
    var bytes = try TIFFBytes(path: sound)
    let rows = (420 + bytes.tiles.count - 1) / bytes.tiles.count
    try #require(bytes.tiles.count > 3, "one strip is no test")
    bytes.destroy(tile: 1)
    // libvips writes strips of 128 rows.
    #expect(rows <= 128)
    let height = bytes.tiles.count == 4 ? 128 : rows
    try check(
      folder.write(bytes.bytes, as: "b.tif"), against: sound,
      bad: [PixelRectangle(x: 0, y: height, width: 300, height: height)])
  }

  @Test("A turned image's damage is told where it stands upright", arguments: [3, 6, 8])
  func turned(orientation: Int) throws {
    let folder = try TemporaryFolder()
    var image = Self.image
    image.orientation = orientation
    let sound = try image.write("a.tif[tile,tile-width=64,tile-height=64,compression=lzw]", in: folder)
    var bytes = try TIFFBytes(path: sound)
    // Tile (1, 0): stored columns 64 ..< 128, rows 0 ..< 64.
    bytes.destroy(tile: 1)
    let bad = [
      3: PixelRectangle(x: 300 - 128, y: 420 - 64, width: 64, height: 64),
      6: PixelRectangle(x: 420 - 64, y: 64, width: 64, height: 64),
      8: PixelRectangle(x: 0, y: 300 - 128, width: 64, height: 64),
    ]
    try check(folder.write(bytes.bytes, as: "b.tif"), against: sound, bad: [bad[orientation]!])
  }

  @Test("Resized regions tell what a damaged tile reaches")
  func resized() throws {
    let folder = try TemporaryFolder()
    var image = Self.image
    image.pixelSize = 1
    let sound = try image.write("a.tif[tile,tile-width=64,tile-height=64,compression=deflate]", in: folder)
    var bytes = try TIFFBytes(path: sound)
    bytes.destroy(tile: 6)
    let path = try folder.write(bytes.bytes, as: "b.tif")
    let reader = try RegionReader(path: path, micronsPerPixel: 2)
    let expected = try RegionReader(path: sound, micronsPerPixel: 2)
    let region = try reader.read(reader.whole)
    // Source columns and rows 64 ..< 128; an output pixel i reads 2i − 1 … 2i + 2.
    let bad = PixelRectangle(x: 31, y: 31, width: 34, height: 34)
    #expect(region.unreadable == [bad])
    var whole = try expected.read(expected.whole).bytes
    for y in bad.rows {
      let row = (y * 150 + bad.x) * 3..<(y * 150 + bad.x + bad.width) * 3
      whole.replaceSubrange(row, with: repeatElement(0, count: row.count))
    }
    #expect(region.bytes == whole)
  }

  @Test(
    "A file that was cut off is read down to the cut",
    arguments: ["a.jpg", "a.png", "a.png[interlace]", "a.ppm", "a.webp", "a.jpg[interlace]"])
  func cut(name: String) throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write(name, in: folder)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sound)))
    let path = try folder.write(
      Array(bytes.prefix(bytes.count * 3 / 5)), as: "cut." + (sound as NSString).pathExtension)
    let expected = try Photograph(path: sound)
    let isWhole = name.contains("interlace") || name.contains("webp") || name.contains("ppm")
    guard let reader = try? RegionReader(path: path) else {
      // WebP's header is not read where the file is shorter than it says.
      #expect(isWhole)
      return
    }
    let region = try reader.read(reader.whole)
    let bad = try #require(region.unreadable.first)
    #expect(region.unreadable.count == 1 && bad.width == 300 && bad.y + bad.height == 420)
    #expect(isWhole ? bad.y == 0 : (100...300).contains(bad.y), "\(bad)")
    let rows = PixelRectangle(x: 0, y: 0, width: 300, height: max(bad.y, 1))
    if bad.y > 0 { #expect(try reader.read(rows).bytes == expected.bytes(rows)) }
    // Behind the cut, and again from the top.
    let behind = try reader.read(PixelRectangle(x: 5, y: 400, width: 10, height: 20))
    #expect(behind.unreadable == [PixelRectangle(x: 0, y: 0, width: 10, height: 20)])
    #expect(try reader.read(reader.whole) == region)
  }

  // A JPEG's decoder may take wrong bytes for pixels for many rows before it notices: only that it does is tested.
  @Test(
    "Bytes changed inside a JPEG or PNG lose what follows, from where it is noticed", arguments: ["a.jpg", "a.png"])
  func changed(name: String) throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write(name, in: folder)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sound)))
    for i in 0..<200 { bytes[bytes.count / 2 + i] = UInt8(i * 37 % 251) }
    let reader = try RegionReader(path: folder.write(bytes, as: "b." + name.suffix(3)))
    let region = try reader.read(reader.whole)
    let bad = try #require(region.unreadable.first)
    #expect(bad.y > 50 && bad.y % 16 == 0 && bad.y + bad.height == 420, "\(bad)")
    if name == "a.png" { #expect(bad.y < 300) }
    #expect(region.isUnreadable(PixelRectangle(x: 0, y: bad.y, width: 1, height: 1)))
    #expect(!region.isUnreadable(PixelRectangle(x: 0, y: bad.y - 1, width: 300, height: 1)))
  }

  @Test("A turned JPEG that was cut off keeps what came before the cut")
  func turnedCut() throws {
    let folder = try TemporaryFolder()
    var image = Self.image
    image.orientation = 6
    let sound = try image.write("a.jpg", in: folder)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sound)))
    let reader = try RegionReader(path: folder.write(Array(bytes.prefix(bytes.count / 2)), as: "b.jpg"))
    #expect(reader.width == 420 && reader.height == 300)
    let region = try reader.read(reader.whole)
    // Stored rows from some row on are upright columns up to 420 less that row.
    let bad = try #require(region.unreadable.first)
    #expect(region.unreadable.count == 1 && bad.x == 0 && bad.y == 0 && bad.height == 300)
    #expect(bad.width > 100 && bad.width < 320)
    let rest = PixelRectangle(x: bad.width, y: 0, width: 420 - bad.width, height: 300)
    #expect(try reader.read(rest).bytes == Photograph(path: sound).bytes(rest))
  }

  @Test("A TIFF file that was cut off behind its directory keeps the tiles before the cut")
  func cutTIFF() throws {
    let folder = try TemporaryFolder()
    let sound = try Self.image.write("a.tif[tile,tile-width=64,tile-height=64,compression=deflate]", in: folder)
    let tiff = try TIFFBytes(path: sound)
    // libtiff writes the directory behind the tiles: the bytes of the last 20 tiles are lost all the same.
    var bytes = tiff.bytes
    for tile in tiff.tiles[15...] { for i in tile { bytes[i] = 0 } }
    try check(
      folder.write(bytes, as: "b.tif"), against: sound, bad: [PixelRectangle(x: 0, y: 192, width: 300, height: 228)])
    // Without its directory it is no image any more.
    let cut = try folder.write(Array(tiff.bytes.prefix(tiff.bytes.count / 2)), as: "c.tif")
    #expect(throws: ImageError.self) { try RegionReader(path: cut) }
  }
}
