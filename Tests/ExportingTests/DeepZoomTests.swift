import Foundation
import Imaging
import MapSupport
import OMEZarr
import RelevancePropagation
import Testing

@testable import Exporting

/// The folder for the browser: which tiles there are and what is on them. How it looks is tested in a browser.
@Suite struct DeepZoomTests {
  /// What the page's script is told.
  private func description(_ map: MapFixture) throws -> JSONValue {
    let page = String(decoding: try map.folder.bytes("v/index.html"), as: UTF8.self)
    let match = try #require(page.firstMatch(of: #/<script type="application/json" id="map">(.*?)</script>/#))
    return try JSONDecoder().decode(JSONValue.self, from: Data(match.1.utf8))
  }

  @Test("Tiles of every level down to one pixel, none where nothing was computed")
  func tiles() throws {
    let map = try MapFixture()
    try map.exporter().export(.dzi, to: map.file("v"))
    // 1300 × 1100 is 2¹¹ at most; level 11 is the map, of 3 × 3 tiles whose upper row was computed.
    #expect(map.folder.names("v/heatmap_files").compactMap { Int($0) }.sorted() == Array(0...11))
    #expect(map.folder.names("v/heatmap_files/11") == ["0_0.png", "1_0.png", "2_0.png"])
    #expect(map.folder.names("v/heatmap_files/10") == ["0_0.png", "1_0.png"])
    #expect(map.folder.names("v/heatmap_files/0") == ["0_0.png"])
    func size(_ name: String) throws -> [Int] {
      let picture = try Photograph(path: map.file("v/heatmap_files/\(name).png"))
      return [picture.width, picture.height]
    }
    #expect(try size("11/0_0") == [512, 512])
    #expect(try size("11/2_0") == [1300 - 1024, 512])
    #expect(try size("9/0_0") == [325, 275])
    #expect(try size("8/0_0") == [163, 138])
    #expect(try size("0/0_0") == [1, 1])
    #expect(map.folder.names("v") == ["export.json", "heatmap.dzi", "heatmap_files", "index.html"])

    let description = try description(map)
    let present = description["layers"]?.array?[0]["present"]
    // Bits of tiles row by row: 111 000 000, and 11 00 a level above (550 rows: two rows of tiles, the second of zeros).
    #expect(
      present == [
        "11": .string(Data([0b111, 0]).base64EncodedString()), "10": .string(Data([0b11]).base64EncodedString()),
      ])
    #expect(description["levels"] == 12 && description["width"] == 1300 && description["height"] == 1100)
  }

  @Test("A tile holds the overlay's colours; pixels of no window are a veil")
  func pixels() throws {
    let map = try MapFixture(width: 700, height: 600)
    let record = try map.exporter(ExportOptions(colors: .seed, normalization: .fixed(0.8))).export(
      .dzi, to: map.file("v"))
    let scale = try ColorScale(.seed, .fixed(0.8), of: map.store, record.statistics)
    let relevance = try map.values(.relevance, level: 0)
    let coverage = try map.values(.coverage, level: 0)
    let tile = try Photograph(path: map.file("v/heatmap_files/10/1_0.png"))  // on white
    #expect(tile.width == 188 && tile.height == 512)
    let found = tile.pixels
    var off = 0
    for y in 0..<512 {
      for x in 0..<188 {
        let index = y * 700 + 512 + x
        let rgba = scale.rgba([relevance[index]], coverage: [coverage[index]])
        for channel in 0..<3 {
          let alpha = Double(rgba[3]) / 255
          let expected = Double(rgba[channel]) * alpha + 255 * (1 - alpha)
          off = max(off, Int(abs(Double(found[3 * (y * 188 + x) + channel]) - expected).rounded(.down)))
        }
      }
    }
    #expect(off <= 1)
    #expect(scale.rgba([0, 0, 0.5], coverage: [1, 0, 1]).prefix(8) == [0, 0, 0, 0, 0, 0, 0, 56])
  }

  @Test("The image's part that was explained is cut into tiles, halved from level to level", arguments: [0, 1])
  func image(_ level: Int) throws {
    let folder = try TestFolder()
    // A pyramid whose level 1 is the mean of level 0, as libvips makes it.
    let (width, height) = (1800, 1500)
    let path = folder.file("image.tif")
    try LargeImageFile(width: width, height: height).write(to: path, options: "tile,pyramid,compression=deflate") {
      area, samples, stride in
      for y in 0..<area.height {
        let row = samples.advanced(by: y * stride).assumingMemoryBound(to: UInt8.self)
        for x in 0..<area.width {
          let (u, v) = (area.x + x, area.y + y)
          row[3 * x] = UInt8(u / 8 % 256)
          row[3 * x + 1] = UInt8(v / 8 % 256)
          row[3 * x + 2] = UInt8((u / 64 + v / 64) % 2 * 200)
        }
      }
    }
    let size: [JSONValue] = [.integer(width >> level), .integer(height >> level)]
    let map = try MapFixture(
      width: 600, height: 550,
      provenance: [
        "image": .string(path), "level": .integer(level), "levelSize": .array(size), "roi": [40, 60, 600, 550],
      ])
    let record = try map.exporter().export(.dzi, to: map.file("v"))
    #expect(record.image == path)
    let whole = try RegionReader(path: path, level: level)
    for (name, x, y) in [("10/0_0", 0, 0), ("10/1_1", 512, 512)] {
      let tile = try Photograph(path: map.file("v/image_files/\(name).jpg"))
      #expect(tile.width == min(512, 600 - x) && tile.height == min(512, 550 - y))
      let expected = try whole.read(x: 40 + x, y: 60 + y, width: tile.width, height: tile.height).bytes
      let off = zip(tile.pixels, expected).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(Double(off) / Double(expected.count) < 4, "JPEG leaves \(Double(off) / Double(expected.count)) of 255")
    }
    let last = try Photograph(path: map.file("v/image_files/0/0_0.jpg"))
    let all = try whole.read(x: 40, y: 60, width: 600, height: 550).bytes
    for channel in 0..<3 {
      let mean = stride(from: channel, to: all.count, by: 3).reduce(0) { $0 + Int(all[$1]) } * 3 / all.count
      #expect(abs(Int(last.pixels[channel]) - mean) < 12, "channel \(channel): \(last.pixels[channel]), mean \(mean)")
    }
    #expect(try description(map)["layers"]?.array?.map { $0["name"] } == ["image", "heatmap"])
  }

  @Test("An image that has gone or does not fit leaves the heatmap alone, and the record says why")
  func noImage() throws {
    let gone = try MapFixture(width: 40, height: 40, provenance: ["image": "/gone/slide.svs"])
    #expect(try gone.exporter().export(.dzi, to: gone.file("v")).image == "none: /gone/slide.svs is not there")
    let folder = try TestFolder()
    try Picture(width: 30, height: 50).write(to: folder.file("small.png"))
    let small = try MapFixture(width: 40, height: 40, provenance: ["image": .string(folder.file("small.png"))])
    let text = try small.exporter().export(.dzi, to: small.file("v")).image
    #expect(text?.contains("30 × 50 pixels do not hold the map's 40 × 40 at 0, 0") == true, "\(text ?? "")")
    // Named by the user, it is an error.
    let named = try small.exporter(ExportOptions(image: .path(folder.file("small.png"))))
    #expect(throws: ExportError.self) { try named.export(.dzi, to: small.file("w")) }
  }

  @Test("Names cannot break out of the page")
  func hostileNames() throws {
    let map = try MapFixture(
      width: 40, height: 40, provenance: ["image": "/a/</script><b>@MAP@.png", "class": "@SCRIPT@ \"<!--"])
    try map.exporter().export(.dzi, to: map.file("v"))
    let page = String(decoding: try map.folder.bytes("v/index.html"), as: UTF8.self)
    #expect(!page.contains("<b>") && !page.contains("<!--"))
    #expect(page.components(separatedBy: "</script>").count == 3)
    #expect(try description(map)["target"] == "@SCRIPT@ \"<!--")
  }

  @Test("Over the neutral colour, the overlay's colours are the map's", arguments: ColorMap.names)
  func overlay(_ name: String) throws {
    let colors = try ColorMap(name)
    let overlay = OverlayColors(colors)
    let zero = colors.isDiverging ? 128 : 0
    let neutral = colors.table[zero]
    for entry in 0..<256 {
      let rgba = overlay[entry]
      let alpha = Double(rgba[3]) / 255
      let expected = [colors.table[entry].red, colors.table[entry].green, colors.table[entry].blue]
      for (channel, ground) in [neutral.red, neutral.green, neutral.blue].enumerated() {
        let found = Double(rgba[channel]) * alpha + Double(ground) * (1 - alpha)
        #expect(abs(found - Double(expected[channel])) <= 1, "\(name), entry \(entry), channel \(channel)")
      }
    }
    #expect(overlay[zero][3] == 0 && overlay[255][3] == 255)
  }
}
