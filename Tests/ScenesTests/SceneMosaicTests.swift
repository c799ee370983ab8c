import Foundation
import Imaging
import Scenes
import Testing

@Suite("Mosaics of scenes")
struct SceneMosaicTests {
  /// A new folder, removed after `body`.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mosaic-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func mosaic(_ width: Int = 700, _ height: Int = 500, seed: UInt64 = 3) throws -> SceneMosaic {
    try SceneMosaic(width: width, height: height, count: 6, size: 32, seed: seed)
  }

  @Test("Half of the area is scenes that do not overlap, and the seed decides where they are")
  func places() throws {
    let mosaic = try mosaic()
    let area = mosaic.places.count * 32 * 32
    #expect(abs(Double(area) / (700 * 500) - 0.5) < 0.01)
    for (index, a) in mosaic.places.enumerated() {
      #expect(a.x >= 0 && a.y >= 0 && a.x + 32 <= 700 && a.y + 32 <= 500 && (0..<6).contains(a.scene))
      for b in mosaic.places[(index + 1)...] { #expect(abs(a.x - b.x) >= 32 || abs(a.y - b.y) >= 32) }
    }
    #expect(Set(mosaic.places.map(\.scene)).count == 6)
    #expect(try self.mosaic().places == mosaic.places)
    #expect(try self.mosaic(seed: 4).places != mosaic.places)
  }

  @Test("The file shows the scenes at their places and the ground elsewhere, in all levels", arguments: [false, true])
  func file(isBig: Bool) throws {
    try inFolder { folder in
      let mosaic = try mosaic()
      let path = folder + "/big.tif"
      try mosaic.write(to: path, compression: .deflate, isBig: isBig)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["big.csv", "big.geojson", "big.tif"])
      let signature = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)).prefix(4))
      #expect(signature == [0x49, 0x49, isBig ? 43 : 42, 0])

      var expected = Picture(width: 700, height: 500, fill: SceneMosaic.ground).pixels
      for place in mosaic.places {
        for y in 0..<32 {
          let row = ((place.y + y) * 700 + place.x) * 3
          expected.replaceSubrange(
            row..<row + 96, with: mosaic.scenes[place.scene].image[y * 96..<(y + 1) * 96])
        }
      }
      let reader = try RegionReader(path: path)
      #expect(try reader.read(x: 0, y: 0, width: 700, height: 500).bytes == expected)
      #expect(reader.levels.map(\.width) == [700, 350, 175])
      #expect(try RegionReader(path: path, micronsPerPixel: 1).level == 1)

      // The mask from the squares covers half, and all of every scene.
      let mask = try WorkMask(path: folder + "/big.geojson", for: reader)
      #expect(abs(mask.areaShare - Double(mosaic.places.count * 1024) / 350_000) < 1e-6)
      #expect(mosaic.places.allSatisfy { mask.share(x: $0.x, y: $0.y, width: 32, height: 32) == 1 })

      let lines = try String(contentsOfFile: folder + "/big.csv", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == mosaic.places.count + 1)
      let (place, scene) = (mosaic.places[7], mosaic.scenes[mosaic.places[7].scene])
      let box = scene.box
      #expect(
        lines[8]
          == "\(scene.subject.label),\(scene.seed),\(place.x),\(place.y),32,\(place.x + box.x),\(place.y + box.y),\(box.width),\(box.height)"
      )
    }
  }

  @Test("JPEG compression keeps the ground's colour near and the file small")
  func jpeg() throws {
    try inFolder { folder in
      try mosaic().write(to: folder + "/a.tif")
      try mosaic().write(to: folder + "/b.tif", compression: .none)
      func size(_ name: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as! Int
      }
      #expect(try size("a.tif") * 3 < size("b.tif"))
    }
  }

  @Test("Sides without room for a scene are refused", arguments: [(35, 500), (500, 0), (-1, 40), (1 << 25, 100)])
  func refused(width: Int, height: Int) throws {
    #expect(throws: SceneError.mosaic(width: width, height: height, size: 32)) { try mosaic(width, height) }
  }

  @Test("A file that cannot be written leaves nothing and says why")
  func unwritable() throws {
    let mosaic = try mosaic()
    let error = #expect(throws: SceneError.self) { try mosaic.write(to: "/dev/null/big.tif") }
    #expect(error?.description.hasPrefix("/dev/null/big.tif: could not be written") == true)
  }
}
