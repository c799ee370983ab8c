import Foundation
import Imaging
import MapSupport
import OMEZarr
import Testing

@testable import Exporting

/// Exports in the hands of the programs they are made for, where these are installed.
@Suite struct ToolTests {
  /// Output of a program, or nil, told of, where it is not installed.
  private func run(_ program: String, _ arguments: [String]) throws -> String? {
    let folders = ["/usr/bin/", "/usr/local/bin/"]
    guard let path = folders.map({ $0 + program }).first(where: FileManager.default.isExecutableFile) else {
      print("no \(program) here; what it reads is not tested")
      return nil
    }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(program) \(arguments)")
    return output
  }

  @Test("OpenSlide finds all levels of the coloured pyramid, their resolution, and the colours")
  func openSlide() throws {
    let map = try MapFixture(provenance: ["micronsPerPixel": 0.5])
    let record = try map.exporter().export(.tiff, to: map.file("m.tif"))
    guard let text = try run("openslide-show-properties", [map.file("m.tif")]) else { return }
    for line in [
      "openslide.vendor: 'generic-tiff'", "openslide.level-count: '3'", "openslide.level[0].width: '1300'",
      "openslide.level[1].height: '550'", "openslide.level[2].width: '325'", "openslide.level[1].downsample: '2'",
      "tiff.XResolution: '20000'", "tiff.ResolutionUnit: 'centimeter'",
    ] { #expect(text.contains(line), "\(line)") }
    for level in 0..<3 {
      let png = map.file("level.png")
      // x and y are level 0's; a part over the border between two tiles, and one of a tile without relevance.
      let factor = 1 << level
      for (x, y) in [(200, 100), (100, 200)] {
        _ = try run(
          "openslide-write-png",
          [map.file("m.tif"), "\(x * factor)", "\(y * factor)", "\(level)", "100", "60", png])
        let found = try Photograph(path: png)
        let values = try map.store.levels[level].region(plane: 0, x: x, y: y, width: 100, height: 60)
        let scale = try ColorScale(.seismic, .seed, of: map.store, record.statistics)
        #expect(found.pixels == scale.rgb(values), "level \(level) at \(x), \(y)")
      }
    }
  }

  @Test("GDAL finds bands, overviews and the place on the earth of the part and level that were explained")
  func gdal() throws {
    let folder = try TestFolder()
    // The image: UTM 33 north, pixels of 2 m, its corner at 400 000, 5 800 000. Level 1 of it was explained, from 100, 50 on.
    let place = GeoPlace(
      scale: [2, 2, 0], tiepoints: [0, 0, 0, 400_000, 5_800_000, 0], matrix: [],
      keys: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633], doubles: [], text: nil)
    let image = try TIFFFile(
      path: folder.file("image.tif"),
      pictures: [TIFFFile.Picture(width: 500, height: 400, samples: .colors)], place: place, software: "test")
    try image.choose(0)
    try image.write(row: 0, column: 0, nil) { [UInt8](repeating: 100, count: 512 * 512 * 3) }
    try image.commit()
    #expect(GeoPlace(path: folder.file("image.tif")) == place)

    let map = try MapFixture(
      width: 600, height: 40,
      provenance: [
        "image": .string(folder.file("image.tif")), "level": 1, "imageSize": [1600, 400], "levelSize": [800, 200],
        "roi": [100, 50, 600, 40],
      ])
    try map.exporter().export(.cog, to: map.file("m.tif"))
    let found = try #require(GeoPlace(path: map.file("m.tif")))
    #expect(found.keys == place.keys && found.scale == [4, 4, 0])
    guard let text = try run("gdalinfo", ["-json", map.file("m.tif")]) else { return }
    let info = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    #expect(info["size"] == [600, 40])
    let transform = (info["geoTransform"]?.array ?? []).compactMap(\.number)
    #expect(transform == [400_400, 4, 0, 5_799_800, 0, -4])
    #expect(info["coordinateSystem"]?["wkt"]?.string?.contains("UTM zone 33N") == true)
    #expect(info["bands"]?.array?.map { $0["description"] } == ["relevance", "coverage"])
    #expect(info["bands"]?.array?[0]["overviews"]?.array?.map { $0["size"] } == [[300, 20]])
    #expect(info["metadata"]?["IMAGE_STRUCTURE"]?["COMPRESSION"] == "DEFLATE")
  }

  @Test("An image's levels set the factor of a pyramid")
  func levelFactor() throws {
    let folder = try TestFolder()
    func image(_ name: String, _ widths: [Int]) throws -> String {
      let path = folder.file(name)
      let pictures = widths.enumerated().map { number, width in
        var picture = TIFFFile.Picture(width: width, height: width / 2, samples: .colors)
        picture.isReduced = number > 0
        return picture
      }
      let file = try TIFFFile(path: path, pictures: pictures, software: "test")
      for (number, picture) in pictures.enumerated() {
        try file.choose(number)
        for row in 0..<picture.tileRows {
          for column in 0..<picture.tileColumns {
            try file.write(row: row, column: column, nil) { [UInt8](repeating: 0, count: 512 * 512 * 3) }
          }
        }
      }
      try file.commit()
      return path
    }
    #expect(try LevelFactor.ofImage(image("four.tif", [4001, 1000, 250])) == 4)
    #expect(try LevelFactor.ofImage(image("two.tif", [1001, 501])) == 2)
    let mixed = #expect(throws: ExportError.self) { try LevelFactor.ofImage(image("mixed.tif", [4000, 1000, 500])) }
    #expect(mixed?.description.contains("its levels are smaller by 4, 2") == true)
    let one = #expect(throws: ExportError.self) { try LevelFactor.ofImage(image("one.tif", [400])) }
    #expect(one?.description.contains("has one level") == true)
  }
}
