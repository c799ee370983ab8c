import Foundation
import Imaging
import RelevancePropagation
import Testing

@Suite("Levels and resolutions")
struct ImageLevelTests {
  static let image = DrawnImage.smooth(700, 500)

  @Test(
    "Pyramids as chains of pages and as SubIFDs have levels",
    arguments: [
      "a.tif[tile,pyramid,tile-width=64,tile-height=64,compression=deflate]",
      "a.tif[tile,pyramid,tile-width=64,tile-height=64,compression=jpeg,Q=95]",
      "a.tif[tile,pyramid,subifd,tile-width=64,tile-height=64,compression=deflate]",
      "a.tif[tile,pyramid,subifd,bigtiff,tile-width=64,tile-height=64,compression=deflate]",
    ])
  func pyramids(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try Self.image.write(name, in: folder)
    let levels = try RegionReader(path: path).levels
    #expect(levels.map(\.width) == [700, 350, 175, 87, 43])
    #expect(levels.map(\.height) == [500, 250, 125, 62, 31])
    #expect(levels.map(\.downsample)[..<3] == [1, 2, 4])
    for (index, level) in levels.enumerated() {
      let reader = try RegionReader(path: path, level: index)
      #expect(reader.width == level.width && reader.height == level.height && reader.level == index)
      // Smooth enough for any way of halving to come near the pixel in the middle.
      let region = try reader.read(reader.whole)
      let scale = 1 << index
      for (x, y) in [(5, 5), (level.width / 2, level.height / 3), (level.width - 4, level.height - 4)] {
        for c in 0..<3 {
          let found = Int(region.bytes[(y * level.width + x) * 3 + c])
          let expected = Self.image.sample(x * scale + scale / 2, y * scale + scale / 2, c)
          #expect(abs(found - expected) <= 4 + 2 * scale, "level \(index) pixel \(x), \(y): \(found), \(expected)")
        }
      }
    }
  }

  @Test("A level that is not there is refused with those that are")
  func missingLevel() throws {
    let folder = try TemporaryFolder()
    let path = try Self.image.write("a.tif[tile,pyramid,tile-width=128,tile-height=128]", in: folder)
    let error = #expect(throws: ImageError.self) { try RegionReader(path: path, level: 7) }
    #expect(error?.found.contains("no level 7, but levels 0 to 3: 0 (700 × 500), 1 (350 × 250)") == true, "\(error!)")
    let single = try Self.image.write("b.png", in: folder)
    let other = #expect(throws: ImageError.self) { try RegionReader(path: single, level: 1) }
    #expect(other?.found == "it has no level 1, but level 0 alone: 0 (700 × 500)")
    #expect(throws: ImageError.self) { try RegionReader(path: single, level: -1) }
    #expect(throws: ImageError.self) { try RegionReader(path: path, level: 0, micronsPerPixel: 1) }
  }

  @Test("Pages that are no reduced images of the first are no levels")
  func pages() throws {
    #expect(try RegionReader(path: Fixture.path("pages.tif")).levels.count == 1)
  }

  @Test("The nearest finer level is resized to the resolution asked for", arguments: ["deflate", "jpeg"])
  func microns(compression: String) throws {
    let folder = try TemporaryFolder()
    var image = Self.image
    image.pixelSize = 0.25
    let path = try image.write(
      "a.tif[tile,pyramid,tile-width=64,tile-height=64,compression=\(compression)]", in: folder)
    func reader(_ microns: Double) throws -> RegionReader { try RegionReader(path: path, micronsPerPixel: microns) }

    for (microns, level, width, height) in [
      (0.25, 0, 700, 500), (0.5, 1, 350, 250), (0.6, 1, 292, 208), (0.99, 1, 177, 126), (1, 2, 175, 125),
      (0.9995, 2, 175, 125), (4, 3, 44, 31), (9, 4, 19, 14),
    ] {
      let reader = try reader(microns)
      #expect(reader.level == level && reader.width == width && reader.height == height, "\(microns)")
      #expect(abs(reader.micronsPerPixel! - microns) < 0.05 * microns)
    }
    #expect(try reader(0.5).isResized == false)

    // The same pixels as resizing the whole level, whatever the region.
    let resized = try reader(0.6)
    let level = try RegionReader(path: path, level: 1)
    let whole = Picture(width: 350, height: 250, pixels: try level.read(level.whole).bytes).resized(
      width: 292, height: 208)
    #expect(try resized.read(resized.whole).bytes == whole.pixels)
    for y in stride(from: 0, to: 208, by: 30) {
      let area = PixelRectangle(x: 40, y: y, width: 201, height: min(41, 208 - y))
      let expected = area.rows.flatMap { whole.pixels[($0 * 292 + 40) * 3..<($0 * 292 + 241) * 3] }
      #expect(try resized.read(area).bytes == expected)
    }
  }

  @Test("Resolutions that cannot be had are refused with what there is")
  func refusedResolutions() throws {
    let folder = try TemporaryFolder()
    func error(_ path: String, _ microns: Double) throws -> ImageError {
      try #require(throws: ImageError.self) { try RegionReader(path: path, micronsPerPixel: microns) }
    }
    for name in ["a.png", "a.jpg", "a.tif"] {
      let path = try Self.image.write(name, in: folder)
      let error = try error(path, 0.5)
      #expect(error.found.hasPrefix("it does not say how large its pixels are"), "\(error)")
      #expect(error.remedy == "choose a level by its number: 0 (700 × 500)")
      #expect(try RegionReader(path: path).micronsPerPixel == nil)
    }
    var image = Self.image
    image.pixelSize = 0.5
    let path = try image.write("b.tif", in: folder)
    #expect(try error(path, 0.25).found == "its finest pixels are 0.5 × 0.5 µm, coarser than the 0.25 µm asked for")
    #expect(try error(path, 0).remedy == "give a number above 0")
    #expect(try error(path, .nan).remedy == "give a number above 0")
  }

  @Test("OME-XML says how large pixels are, before the resolution tags")
  func omeXML() throws {
    let folder = try TemporaryFolder()
    func size(_ attributes: String) throws -> PixelSize? {
      var image = DrawnImage(width: 20, height: 30)
      image.pixelSize = 3
      image.description = """
        <?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">\
        <Image ID="Image:0"><Pixels BigEndian="false" DimensionOrder="XYCZT" ID="Pixels:0" \(attributes) SizeC="3" \
        SizeX="20" SizeY="30" Type="uint8"><Channel ID="Channel:0:0"/></Pixels></Image></OME>
        """
      return try RegionReader(path: image.write("a.tif", in: folder)).pixelSize
    }
    #expect(try size("PhysicalSizeX=\"0.25\" PhysicalSizeY=\"0.26\"") == PixelSize(x: 0.25, y: 0.26))
    #expect(try size("PhysicalSizeX='0.25' PhysicalSizeXUnit='µm' PhysicalSizeY='0.5'") == PixelSize(x: 0.25, y: 0.5))
    #expect(
      try size("PhysicalSizeX=\"250\" PhysicalSizeXUnit=\"nm\" PhysicalSizeY=\"0.001\" PhysicalSizeYUnit=\"mm\"")
        == PixelSize(x: 0.25, y: 1))
    // Neither says a size: the tags do.
    for attributes in [
      "", "PhysicalSizeX=\"1\"", "PhysicalSizeX=\"1\" PhysicalSizeY=\"1\" PhysicalSizeXUnit=\"pixel\"",
    ] {
      let found = try #require(try size(attributes))
      #expect(abs(found.x - 3) < 1e-5 && abs(found.y - 3) < 1e-5)
    }
  }

  @Test("The whole image fits into a thumbnail, from the smallest level that is large enough")
  func thumbnail() throws {
    let folder = try TemporaryFolder()
    let path = try Self.image.write("a.tif[tile,pyramid,tile-width=64,tile-height=64]", in: folder)
    for (side, level, width, height) in [(2048, 0, 700, 500), (175, 2, 175, 125), (100, 2, 100, 71), (1, 4, 1, 1)] {
      let reader = try RegionReader(path: path, longestSide: side)
      #expect(reader.level == level && reader.width == width && reader.height == height, "\(side)")
      #expect(try reader.read(reader.whole).unreadable.isEmpty)
    }
  }
}
