import Foundation
import Imaging
import RelevancePropagation
import Testing
import VipsShim

@Suite("Slides that OpenSlide reads")
struct SlideTests {
  static let levels = "[tile,pyramid,tile-width=128,tile-height=128,compression=jpeg,Q=95]"

  /// A TIFF file that calls itself a slide of Aperio's, as OpenSlide knows them.
  static func slide(_ name: String = "a.tif", in folder: TemporaryFolder) throws -> String {
    var image = DrawnImage.smooth(900, 600)
    image.description = "Aperio Image Library v0\n900x600 (128x128) JPEG/RGB Q=95|AppMag = 20|MPP = 0.5"
    return try image.write(name + levels, in: folder)
  }

  /// Whether this machine's libvips has OpenSlide.
  static let isThere: Bool = {
    guard let folder = try? TemporaryFolder(), let path = try? slide(in: folder), let loader = vips_shim_loader(path)
    else { return false }
    defer { vips_shim_free(loader) }
    return String(cString: loader).contains("Openslide")
  }()

  @Test("A slide's levels, pixel size and pixels", .enabled(if: isThere, "libvips has no OpenSlide here"))
  func aperio() throws {
    let folder = try TemporaryFolder()
    let path = try Self.slide(in: folder)
    let reader = try RegionReader(path: path)
    #expect(reader.levels.map(\.width) == [900, 450, 225, 112])
    #expect(reader.levels.map(\.height) == [600, 300, 150, 75])
    #expect(reader.pixelSize == PixelSize(x: 0.5, y: 0.5))
    #expect(try RegionReader(path: path, micronsPerPixel: 1).level == 1)

    // The same file read as a plain TIFF: decoders may differ by a level or two.
    let plain = try DrawnImage.smooth(900, 600).write("b.tif" + Self.levels, in: folder)
    for level in 0..<4 {
      let slide = try RegionReader(path: path, level: level)
      let tiff = try RegionReader(path: plain, level: level)
      for y in stride(from: 0, to: slide.height, by: 70) {
        let area = PixelRectangle(x: 9, y: y, width: slide.width - 9, height: min(90, slide.height - y))
        let (found, expected) = (try slide.read(area).bytes, try tiff.read(area).bytes)
        #expect(zip(found, expected).allSatisfy { abs(Int($0) - Int($1)) <= 3 }, "level \(level) \(area)")
      }
    }
  }

  @Test("OpenSlide takes our pyramids as generic tiled TIFF", .enabled(if: isThere, "libvips has no OpenSlide here"))
  func genericTiledTIFF() throws {
    let folder = try TemporaryFolder()
    let path = try DrawnImage.smooth(900, 600).write("a.tif" + Self.levels, in: folder)
    var message: UnsafeMutablePointer<CChar>?
    var form = vips_shim_form()
    let picture = vips_shim_picture(kind: VIPS_SHIM_LEVEL, page: 2, part: -1)
    let level = try #require(vips_shim_regions_open(path, picture, 0, 1, &form, &message))
    defer { vips_shim_regions_close(level) }
    #expect(form.width == 225 && form.height == 150)
    let vendor = try #require(vips_shim_regions_field(level, "openslide.vendor"))
    defer { vips_shim_free(vendor) }
    #expect(String(cString: vendor) == "generic-tiff")
    var pixels = [UInt8](repeating: 0, count: 225 * 150 * 3)
    #expect(vips_shim_regions_read(level, 0, 0, 225, 150, &pixels, 225 * 3, &message) == 0)
    let tiff = try RegionReader(path: path, level: 2)
    #expect(zip(pixels, try tiff.read(tiff.whole).bytes).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
  }

  @Test(
    "A damaged tile of a slide is told, its neighbours are read", .enabled(if: isThere, "libvips has no OpenSlide here")
  )
  func damaged() throws {
    let folder = try TemporaryFolder()
    let sound = try RegionReader(path: Self.slide(in: folder))
    let expected = try sound.read(sound.whole).bytes
    var bytes = try TIFFBytes(path: sound.path)
    // Tile (2, 1) of 8 × 5.
    bytes.destroy(tile: 10)
    let reader = try RegionReader(path: folder.write(bytes.bytes, as: "b.tif"))
    #expect(reader.levels.count == 4)
    for _ in 0..<2 {
      let region = try reader.read(reader.whole)
      let bad = PixelRectangle(x: 256, y: 128, width: 128, height: 128)
      #expect(region.unreadable == [bad])
      // The same rows without the tile's part.
      let bytes = region.bytes
      for y in 0..<600 {
        let parts = bad.rows.contains(y) ? [0..<256, 384..<900] : [0..<900]
        let isSame = parts.allSatisfy {
          let samples = (y * 900 + $0.lowerBound) * 3..<(y * 900 + $0.upperBound) * 3
          return bytes[samples] == expected[samples]
        }
        #expect(isSame, "row \(y)")
      }
    }
  }
}
