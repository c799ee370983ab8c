import Foundation
import RelevancePropagation
import Testing

@testable import Imaging

@Suite("Masks of work")
struct WorkMaskTests {
  /// An image of 2000 × 1000 pixels, read at a level of 1000 × 500.
  func mask(_ path: String) throws -> WorkMask {
    try WorkMask(path: path, width: 1000, height: 500, fullWidth: 2000, fullHeight: 1000)
  }

  /// White where `isWanted`.
  func write(
    _ name: String, _ width: Int, _ height: Int, in folder: TemporaryFolder, level: Int = 255,
    _ isWanted: @escaping @Sendable (Int, Int) -> Bool
  ) throws -> String {
    try DrawnImage(width: width, height: height, bands: 1) { x, y, _ in isWanted(x, y) ? level : 0 }
      .write(name, in: folder)
  }

  @Test(
    "A raster's shares are areas of its pixels",
    arguments: ["a.png", "a.tif[tile]", "a.tif[compression=deflate]"], [255, 1])
  func raster(name: String, level: Int) throws {
    let folder = try TemporaryFolder()
    // 10 level pixels a mask pixel; wanted: columns 20 ..< 40, rows 10 ..< 30 of it.
    let mask = try mask(
      write(name, 100, 50, in: folder, level: level) { (20..<40).contains($0) && (10..<30).contains($1) })
    #expect(mask.share(x: 200, y: 100, width: 200, height: 200) == 1)
    #expect(mask.share(x: 250, y: 150, width: 7, height: 3) == 1)
    #expect(mask.share(x: 0, y: 0, width: 200, height: 500) == 0)
    #expect(mask.share(x: 400, y: 0, width: 600, height: 500) == 0)
    #expect(mask.share(x: 199, y: 100, width: 2, height: 10) == 0.5)
    // A quarter pixel's corner: 5 · 5 of 20 · 20.
    #expect(mask.share(x: 185, y: 85, width: 20, height: 20) == 0.0625)
    // 200 · 200 of 1000 · 500, and the same of a window that is half outside.
    #expect(mask.areaShare == 0.08)
    #expect(mask.share(x: -1000, y: 0, width: 2000, height: 500) == 0.04)
    #expect(mask.share(x: 1000, y: 500, width: 50, height: 50) == 0)
    #expect(mask.bounds == PixelRectangle(x: 200, y: 100, width: 200, height: 200))
  }

  @Test("A mask larger than the raster is counted into its cells")
  func large() throws {
    let folder = try TemporaryFolder()
    // 5000 pixels become cells of 2: column 100 alone is half a cell.
    let path = try write("a.png", 5000, 30, in: folder) { x, _ in x == 100 || x >= 2000 && x < 3000 }
    let mask = try WorkMask(path: path, width: 5000, height: 30, fullWidth: 5000, fullHeight: 30)
    #expect(mask.raster.columns == 2500 && mask.raster.rows == 15)
    #expect(mask.share(x: 2000, y: 3, width: 1000, height: 20) == 1)
    #expect(abs(mask.share(x: 100, y: 0, width: 2, height: 30) - 0.5) < 0.01)
    #expect(abs(mask.areaShare - 1001.0 / 5000) < 1e-4)
  }

  @Test("An odd last row and column of a large mask are whole cells")
  func remainder() throws {
    let folder = try TemporaryFolder()
    let path = try write("a.png", 4099, 3, in: folder) { x, _ in x >= 4097 }
    let mask = try WorkMask(path: path, width: 4099, height: 3, fullWidth: 4099, fullHeight: 3)
    #expect(mask.share(x: 4098, y: 2, width: 1, height: 1) == 1)
    #expect(mask.share(x: 4090, y: 0, width: 6, height: 3) == 0)
  }

  @Test("Transparent pixels are not wanted, whatever their colour")
  func alpha() throws {
    let folder = try TemporaryFolder()
    let path = try DrawnImage(width: 20, height: 10, bands: 4) { x, _, c in c == 3 && x >= 10 ? 0 : 255 }
      .write("a.png", in: folder)
    let mask = try mask(path)
    #expect(mask.share(x: 0, y: 0, width: 500, height: 500) == 1)
    #expect(mask.share(x: 500, y: 0, width: 500, height: 500) == 0)
  }

  @Test(
    "A mask of another shape or larger than the image is refused",
    arguments: [(100, 100), (50, 100), (100, 60), (4000, 2000), (100, 48)])
  func shape(width: Int, height: Int) throws {
    let folder = try TemporaryFolder()
    let path = try write("a.png", width, height, in: folder) { _, _ in true }
    let error = #expect(throws: ImageError.self) { try mask(path) }
    #expect(
      error?.found == "expected a mask of 2000 × 1000 pixels, or smaller in the same shape (such as 200 × 100), "
        + "found \(width) × \(height)")
  }

  @Test("Sides rounded up or down fit", arguments: [(2000, 1000), (333, 167), (333, 166), (101, 50), (1, 1), (3, 1)])
  func rounding(width: Int, height: Int) throws {
    let folder = try TemporaryFolder()
    let mask = try mask(write("a.png", width, height, in: folder) { _, _ in true })
    #expect(mask.areaShare == 1)
  }

  @Test("A mask that wants nothing, and one that is damaged, are refused")
  func unusable() throws {
    let folder = try TemporaryFolder()
    let black = #expect(throws: ImageError.self) { try mask(write("a.png", 100, 50, in: folder) { _, _ in false }) }
    #expect(black?.found == "nothing is wanted in it")
    let path = try DrawnImage(width: 200, height: 100).write("b.png", in: folder)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let cut = #expect(throws: ImageError.self) {
      try mask(folder.write(Array(bytes.prefix(bytes.count / 2)), as: "c.png"))
    }
    #expect(cut?.found.hasPrefix("it cannot be decoded from row") == true, "\(cut!)")
    #expect(throws: ImageError.self) { try mask(folder.path("none.png")) }
    #expect(throws: ImageError.self) { try mask(folder.write(Array("text".utf8), as: "d.png")) }
  }

  @Test("A written mask can be read as a mask")
  func written() throws {
    let folder = try TemporaryFolder()
    let first = try mask(write("a.png", 200, 100, in: folder) { ($0 / 30 + $1 / 20) % 2 == 0 })
    try first.write(to: folder.path("b.png"))
    let second = try mask(folder.path("b.png"))
    for (x, y) in [(0, 0), (95, 100), (300, 7), (730, 333)] {
      #expect(first.share(x: x, y: y, width: 96, height: 96) == second.share(x: x, y: y, width: 96, height: 96))
    }
    #expect(try Photograph(path: folder.path("b.png")).width == 200)
  }

  @Test("The mask of a reader is in pixels of its level")
  func reader() throws {
    let folder = try TemporaryFolder()
    var image = DrawnImage(width: 400, height: 300)
    image.pixelSize = 1
    let path = try image.write("a.tif[tile,pyramid,tile-width=64,tile-height=64]", in: folder)
    let mask = try write("m.png", 40, 30, in: folder) { x, _ in x < 20 }
    let polygon = try folder.write(
      Array(#"{"type":"Polygon","coordinates":[[[0,0],[200,0],[200,300],[0,300],[0,0]]]}"#.utf8), as: "m.geojson")
    for (reader, width) in [
      (try RegionReader(path: path), 400), (try RegionReader(path: path, level: 2), 100),
      (try RegionReader(path: path, micronsPerPixel: 3), 133),
    ] {
      for path in [mask, polygon] {
        let mask = try WorkMask(path: path, for: reader)
        #expect(mask.width == width)
        #expect(mask.share(x: 0, y: 0, width: width / 2 - 1, height: mask.height) == 1)
        #expect(mask.share(x: width / 2 + 1, y: 0, width: width / 3, height: mask.height) == 0)
      }
    }
  }
}
