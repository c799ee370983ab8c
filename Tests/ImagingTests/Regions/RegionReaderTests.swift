import Foundation
import Imaging
import RelevancePropagation
import Testing

@Suite("Regions")
struct RegionReaderTests {
  /// Strips that overlap, from the top to the bottom, of all columns and of some.
  func strips(_ reader: RegionReader, height: Int = 96, overlap: Int = 30) -> [PixelRectangle] {
    stride(from: 0, to: reader.height, by: height - overlap).flatMap { y in
      let rows = y..<min(y + height, reader.height)
      return [0..<reader.width, reader.width / 3..<reader.width / 2 + 1].map {
        PixelRectangle(x: $0.lowerBound, y: rows.lowerBound, width: $0.count, height: rows.count)
      }
    }
  }

  func compare(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let photograph = try Photograph(path: path)
    let reader = try RegionReader(path: path)
    #expect(reader.width == photograph.width && reader.height == photograph.height, sourceLocation: sourceLocation)
    let downwards = strips(reader)
    // Down; then from the middle, from the top again, and the last row alone.
    for area in downwards + [downwards[downwards.count / 2], downwards[0], downwards.last!] {
      let region = try reader.read(area)
      #expect(region.area == area && region.unreadable.isEmpty, sourceLocation: sourceLocation)
      #expect(region.bytes == photograph.bytes(area), "\(path) \(area)", sourceLocation: sourceLocation)
      // Floats without rounding.
      let (x, y) = (area.x + area.width / 2, area.y + area.height - 1)
      #expect(region.pixel(x, y) == photograph[x, y], "\(path) \(x), \(y)", sourceLocation: sourceLocation)
    }
  }

  @Test(
    "Regions are the photograph's pixels, in every format",
    arguments: [
      "a.png", "a.jpg[Q=90]", "a.jpg[Q=90,interlace]", "a.png[interlace]", "a.ppm", "a.webp[lossless]", "a.webp",
      "a.gif", "a.jp2[lossless,tile-width=128,tile-height=128]", "a.tif", "a.tif[compression=lzw]",
      "a.tif[compression=deflate,predictor=horizontal]", "a.tif[compression=jpeg]", "a.tif[compression=jpeg,bigtiff]",
      "a.tif[compression=zstd]", "a.tif[tile]", "a.tif[tile,compression=jpeg,tile-width=64,tile-height=64]",
      "a.tif[tile,compression=deflate,bigtiff]", "a.tif[tile,compression=lzw,tile-width=64,tile-height=32]",
      "a.tif[tile,compression=jp2k]", "a.tif[compression=packbits]",
    ])
  func formats(name: String) throws {
    let folder = try TemporaryFolder()
    try compare(DrawnImage.smooth(190, 430).write(name, in: folder))
  }

  @Test(
    "16 bits a sample, grey and alpha",
    arguments: [(1, true), (3, true), (1, false), (2, false), (4, false)],
    ["a.png", "a.tif[compression=deflate]", "a.tif[tile,tile-width=64,tile-height=64]"])
  func samples(kind: (bands: Int, isWide: Bool), name: String) throws {
    let folder = try TemporaryFolder()
    let scale = kind.isWide ? 257 : 1
    let image = DrawnImage(width: 150, height: 260, bands: kind.bands, isWide: kind.isWide) {
      (7 * $0 + 13 * $1 + 31 * $2) % 256 * scale
    }
    let path = try image.write(name, in: folder)
    try compare(path)
    #expect(try RegionReader(path: path).isWide == kind.isWide)
  }

  @Test(
    "Palettes, CMYK, bits, pages and frames are read as photographs are",
    arguments: [
      "alpha.png", "cmyk.jpg", "cmyk.tif", "frames.gif", "grey-alpha.png", "grey.jpg", "grey.png", "one-bit.png",
      "pages.tif", "palette.png", "quadrants.tif", "quadrants.ppm", "quadrants.webp", "wide-grey.png", "wide-rgb.png",
    ])
  func fixtures(name: String) throws {
    let path = Fixture.path(name)
    let photograph = try Photograph(path: path)
    let reader = try RegionReader(path: path)
    let region = try reader.read(reader.whole)
    #expect(region.bytes == photograph.pixels)
    #expect((0..<photograph.width).allSatisfy { region.pixel($0, 0) == photograph[$0, 0] })
  }

  @Test(
    "EXIF rotation is applied",
    arguments: 1...8,
    [
      "a.jpg", "a.tif[compression=deflate]", "a.tif[tile,tile-width=32,tile-height=32]",
      "a.tif[compression=lzw,predictor=horizontal]",
    ])
  func orientation(_ orientation: Int, name: String) throws {
    let folder = try TemporaryFolder()
    var image = DrawnImage.smooth(150, 230)
    image.orientation = orientation
    let path = try image.write(name, in: folder)
    try compare(path)
    let reader = try RegionReader(path: path)
    #expect(reader.width == (orientation < 5 ? 150 : 230))
    #expect(reader.levels[0].width == reader.width && reader.levels[0].height == reader.height)
  }

  @Test("A region begins at any row and column, in any order", arguments: ["a.png", "a.tif", "a.tif[tile]"])
  func anywhere(name: String) throws {
    let folder = try TemporaryFolder()
    let image = DrawnImage(width: 90, height: 400)
    let reader = try RegionReader(path: image.write(name, in: folder))
    for (x, y, width, height) in [
      (0, 399, 90, 1), (89, 0, 1, 400), (3, 300, 5, 20), (0, 290, 90, 40), (50, 17, 2, 2), (0, 0, 90, 400),
    ] {
      let area = PixelRectangle(x: x, y: y, width: width, height: height)
      #expect(try reader.read(area).bytes == image.pixels(area), "\(area)")
    }
  }

  @Test("Several readers work at once, and one from several threads")
  func concurrent() async throws {
    let folder = try TemporaryFolder()
    let image = DrawnImage(width: 120, height: 300)
    let paths = try ["a.png", "b.tif", "c.tif[tile,tile-width=32,tile-height=32]"].map {
      try image.write($0, in: folder)
    }
    let shared = try RegionReader(path: paths[2])
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<24 {
        group.addTask {
          let reader = index < 12 ? try RegionReader(path: paths[index % 3]) : shared
          return try stride(from: index, to: 250, by: 50).allSatisfy { y in
            let area = PixelRectangle(x: 0, y: y, width: 120, height: 50)
            return try reader.read(area).bytes == image.pixels(area)
          }
        }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }

  @Test("A file that changes or goes while it is read is an error")
  func changed() throws {
    let folder = try TemporaryFolder()
    let path = try DrawnImage(width: 40, height: 40).write("a.tif", in: folder)
    let reader = try RegionReader(path: path)
    _ = try reader.read(reader.whole)
    try DrawnImage(width: 40, height: 41).write("a.tif", in: folder)
    let error = #expect(throws: ImageError.self) { try reader.read(reader.whole) }
    #expect(error?.found == "it changed while it was read")
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: ImageError(path: path, found: "No such file or directory")) { try reader.read(reader.whole) }
  }

  @Test(
    "A format whose decoder holds the whole image is refused where that is too much",
    arguments: [
      ("a.jpg[interlace]", "progressive JPEG"), ("a.png[interlace]", "interlaced PNG"), ("a.webp", "WebP"),
      ("a.gif", "GIF"), ("a.jp2[tile-width=2048,tile-height=2048]", "JPEG 2000 in tiles of 1100 × 1200"),
    ])
  func wholeDecoders(name: String, format: String) throws {
    let folder = try TemporaryFolder()
    let path = try DrawnImage.smooth(1100, 1200).write(name, in: folder)
    let error = #expect(throws: ImageError.self) { try RegionReader(path: path, decoderMemory: 1 << 20) }
    #expect(error?.found.contains("1100 × 1200 pixels as \(format) are decoded as a whole") == true, "\(error!)")
    #expect(error?.remedy?.contains("tiled TIFF") == true)
    #expect(try RegionReader(path: path).width == 1100)
  }

  @Test("What is no image is refused as photographs are")
  func noImage() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write(Array("text".utf8), as: "a.tif")
    #expect(throws: ImageError.self) { try RegionReader(path: text) }
    let error = #expect(throws: ImageError.self) {
      try RegionReader(path: folder.write(Array("text".utf8), as: "a.jpg"))
    }
    #expect(error?.found == "it is no image")
    #expect(throws: ImageError.self) { try RegionReader(path: folder.path("none.png")) }
    let floats = #expect(throws: ImageError.self) { try RegionReader(path: Fixture.path("float.tif")) }
    #expect(floats?.found.contains("no agreed black and white") == true)
  }
}
