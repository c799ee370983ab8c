import Foundation
import Imaging
import Testing

@Suite("Photographs")
struct PhotographTests {
  static let red: [Float] = [255, 0, 0]
  static let green: [Float] = [0, 255, 0]
  static let blue: [Float] = [0, 0, 255]
  static let white: [Float] = [255, 255, 255]

  /// The colours of the four quarters, in reading order.
  func quarters(_ photograph: Photograph) -> [[Float]] {
    let (w, h) = (photograph.width, photograph.height)
    return [(w / 4, h / 4), (3 * w / 4, h / 4), (w / 4, 3 * h / 4), (3 * w / 4, 3 * h / 4)]
      .map { photograph[$0.0, $0.1] }
  }

  @Test(
    "Lossless formats decode to the exact pixels, of several pages or frames the first",
    arguments: [
      "quadrants.png", "quadrants.tif", "quadrants.ppm", "quadrants.webp", "palette.png", "pages.tif", "frames.gif",
    ])
  func lossless(name: String) throws {
    let photograph = try Fixture.photograph(name)
    #expect(photograph.width == 16 && photograph.height == 8)
    #expect(quarters(photograph) == [Self.red, Self.green, Self.blue, Self.white])
  }

  @Test("EXIF orientation is applied", arguments: 1...8)
  func orientation(_ orientation: Int) throws {
    var bytes = try Fixture.bytes("orientation.jpg")
    // Tag 0x0112, type SHORT, one value.
    let tag: [UInt8] = [0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00]
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: tag) })
    bytes[start + tag.count] = UInt8(orientation)
    let folder = try TemporaryFolder()
    let photograph = try Photograph(path: folder.write(bytes, as: "turned.jpg"))

    let (r, g, b, w) = (Self.red, Self.green, Self.blue, Self.white)
    let expected = [
      [r, g, b, w], [g, r, w, b], [w, b, g, r], [b, w, r, g], [r, b, g, w], [b, r, w, g], [w, g, b, r], [g, w, r, b],
    ][orientation - 1]
    #expect(photograph.width == (orientation < 5 ? 16 : 8))
    #expect(photograph.height == (orientation < 5 ? 8 : 16))
    for (found, expected) in zip(quarters(photograph), expected) {
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 3 }, "found \(found), expected \(expected)")
    }
  }

  @Test("CMYK becomes sRGB", arguments: ["cmyk.jpg", "cmyk.tif"])
  func cmyk(name: String) throws {
    let photograph = try Fixture.photograph(name)
    let (white, cyan, black) = (photograph[3, 4], photograph[12, 4], photograph[20, 4])
    #expect(white.allSatisfy { $0 >= 250 }, "white \(white)")
    #expect(cyan[0] < 80 && cyan[1] > 120 && cyan[2] > 180, "cyan \(cyan)")
    #expect(black.allSatisfy { $0 < 60 }, "black \(black)")
  }

  @Test("16 bits a sample keep their precision")
  func wide() throws {
    let grey = try Fixture.photograph("wide-grey.png")
    for (x, level) in [0, 12345, 32896, 65535].enumerated() {
      let expected = Float(level) * 255 / 65535
      #expect(grey[x, 0].allSatisfy { abs($0 - expected) < 1e-4 })
    }
    #expect(grey.pixels.prefix(6) == [0, 0, 0, 48, 48, 48])
    let rgb = try Fixture.photograph("wide-rgb.png")
    #expect(rgb[1, 0] == [255, 1, 2])
  }

  @Test("Grey is repeated in all channels", arguments: ["grey.png", "grey.jpg"])
  func grey(name: String) throws {
    let photograph = try Fixture.photograph(name)
    let levels = (0..<3).map { photograph[$0, 0] }
    #expect(levels.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] })
    #expect(zip(levels, [0, 100, 255] as [Float]).allSatisfy { abs($0[0] - $1) <= 2 }, "\(levels)")
  }

  @Test("One bit a pixel is black and white")
  func oneBit() throws {
    #expect(try Fixture.photograph("one-bit.png").pixels.prefix(6) == [255, 255, 255, 0, 0, 0])
  }

  @Test("Alpha is flattened on white")
  func alpha() throws {
    let photograph = try Fixture.photograph("alpha.png")
    #expect(photograph[0, 0] == Self.white)
    // 200 · 128/255 + 255 · 127/255 = 227.4, 177.2, 127.0
    #expect(zip(photograph[1, 0], [227.4, 177.2, 127] as [Float]).allSatisfy { abs($0 - $1) <= 1 })
    #expect(photograph[2, 0] == [200, 100, 0])
    let grey = try Fixture.photograph("grey-alpha.png")
    #expect(grey[0, 0] == Self.white && grey[2, 0] == [0, 0, 0])
    #expect(abs(grey[1, 0][0] - 127) <= 1)
  }

  @Test("One pixel, and one long row of pixels, decode")
  func extremes() throws {
    let folder = try TemporaryFolder()
    for (width, height) in [(1, 1), (20_000, 20), (20, 20_000)] {
      let photograph = Fixture.striped(width, height)
      try Picture(photograph).write(to: folder.path("extreme.png"))
      #expect(try Photograph(path: folder.path("extreme.png")) == photograph)
    }
  }

  @Test("A file that changes is read anew")
  func changedFile() throws {
    let folder = try TemporaryFolder()
    for level in [0, 200] as [UInt8] {
      let picture = Picture(width: 3, height: 3, fill: Color(red: level, green: level, blue: level))
      try picture.write(to: folder.path("same.png"))
      #expect(try Photograph(path: folder.path("same.png")).pixels == picture.pixels)
    }
  }

  @Test("Many photographs decode at once")
  func concurrent() async throws {
    let expected = try Fixture.photograph("scene.png")
    try await withThrowingTaskGroup(of: Photograph.self) { group in
      for _ in 0..<32 { group.addTask { try Fixture.photograph("scene.png") } }
      for try await photograph in group { #expect(photograph == expected) }
    }
  }

  @Test("Real photographs decode", .enabled(if: !Fixture.photographs.isEmpty, "no real photographs here"))
  func real() throws {
    for path in Fixture.photographs {
      let photograph = try Photograph(path: path)
      #expect(photograph.width > 100 && photograph.height > 100)
      #expect(Set(photograph.pixels).count > 200, "\(path) has few levels")
    }
  }
}
