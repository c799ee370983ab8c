import Foundation
import Imaging
import RelevancePropagation
import Testing

/// Files made for pages: palettes that can be exchanged, photographs that are small.
@Suite("Encoding")
struct EncodingTests {
  /// A temporary file that is read back.
  private func decoded(_ bytes: [UInt8], _ ending: String) throws -> Photograph {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID()).\(ending)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try Photograph(path: path)
  }

  @Test("a heatmap's palette file shows the picture's colours, for odd sizes too", arguments: [1, 7, 33])
  func indexed(_ width: Int) throws {
    let values = (0..<width * 5).map { Float($0 % 11 - 5) / 4 }
    let heatmap = try Heatmap(Tensor(shape: [5, width], scalars: values))
    for map in [ColorMap.seismic, try ColorMap("vik")] {
      let bytes = try heatmap.png(map, bound: 1)
      let file = try decoded(bytes, "png")
      #expect(file.pixels == heatmap.picture(map, bound: 1).pixels, "\(map)")
      // Where a page exchanges the colours: 256 of them, in the first chunk behind the header.
      #expect(bytes[25] == 3, "a palette, 8 bits")
      let at = try #require(Data(bytes).firstRange(of: Data("PLTE".utf8))).upperBound
      #expect(Array(bytes[at..<at + 768]) == map.palette.flatMap { [$0.red, $0.green, $0.blue] })
    }
  }

  @Test("JPEG files are near the picture, and smaller at less quality")
  func jpeg() throws {
    var picture = Picture(width: 64, height: 48)
    for y in 0..<48 {
      for x in 0..<64 { picture[x, y] = Color(red: UInt8(x * 4), green: UInt8(y * 5), blue: 90) }
    }
    let (good, poor) = (try picture.jpeg(quality: 95), try picture.jpeg(quality: 20))
    #expect(poor.count < good.count)
    let read = try decoded(good, "jpg")
    #expect(read.width == 64 && read.height == 48)
    let off = zip(read.pixels, picture.pixels).map { abs(Int($0) - Int($1)) }
    #expect(off.max()! <= 12 && off.reduce(0, +) < 3 * off.count)
  }

  @Test("a part of a photograph: what the network saw, not enlarged, at most as large as asked")
  func part() throws {
    // Left half red, right half blue; the part is the right half of the upper rows.
    let pixels = (0..<40 * 20).flatMap { $0 % 40 < 20 ? [200, 0, 0] : [0, 0, 200] as [UInt8] }
    let photograph = Photograph(width: 40, height: 20, pixels: pixels)
    let right = Framing.Rectangle(x: 20, y: 0, width: 20, height: 10)
    let part = Picture(photograph, part: right, most: 100)
    #expect(part.width == 20 && part.height == 10)
    #expect((0..<10).allSatisfy { y in (0..<20).allSatisfy { part[$0, y].blue == 200 && part[$0, y].red == 0 } })
    let small = Picture(photograph, part: right, most: 5)
    #expect(small.width == 5 && small.height == 3)
    #expect(small[4, 1].blue > 195)
    // Edges between pixels, and beyond the last pixel by rounding.
    let odd = Picture(photograph, part: .init(x: 33.4, y: 13.7, width: 6.6, height: 6.4), most: 100)
    #expect(odd.width == 7 && odd.height == 6)
  }
}
