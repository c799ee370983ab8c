import Imaging
import Testing

@Suite("Color maps")
struct ColorMapTests {
  /// Entries 0, 128 and 255 and Σ (entry + 1) · (red + green + blue) of zennit 0.5.1's palettes.
  static let palettes: [(name: String, first: Int, middle: Int, last: Int, sum: Int)] = [
    ("gray", 0x000000, 0x808080, 0xffffff, 16_776_960),
    ("wred", 0xffffff, 0xff7f7f, 0xff0000, 13_980_800),
    ("wblue", 0xffffff, 0x7f7fff, 0x0000ff, 13_980_800),
    ("hot", 0x000000, 0xff8100, 0xffffff, 16_776_960),
    ("cold", 0x000000, 0x0001ff, 0x00ffff, 11_184_768),
    ("coldnhot", 0x00ffff, 0x000000, 0xffffff, 11_937_341),
    ("bwr", 0x0000ff, 0xffffff, 0xff0000, 16_727_812),
    ("france", 0x0055a4, 0xffffff, 0xef4135, 18_087_595),
    ("seismic", 0x0000d0, 0xd0d0d0, 0xd00000, 13_635_354),
    ("coolio", 0x00d0d0, 0xd0d0d0, 0xd000d0, 17_081_229),
    ("coleus", 0x00d000, 0xd0d0d0, 0xd000d0, 16_496_237),
  ]

  func color(_ code: Int) -> Color {
    Color(red: UInt8(code >> 16), green: UInt8(code >> 8 & 255), blue: UInt8(code & 255))
  }

  @Test("Zennit's maps equal its palettes", arguments: palettes)
  func zennit(palette: (name: String, first: Int, middle: Int, last: Int, sum: Int)) throws {
    let table = try ColorMap(palette.name).table
    #expect(table.count == 256)
    #expect([table[0], table[128], table[255]] == [palette.first, palette.middle, palette.last].map(color))
    let sum = table.enumerated().reduce(0) {
      $0 + ($1.offset + 1) * (Int($1.element.red) + Int($1.element.green) + Int($1.element.blue))
    }
    #expect(sum == palette.sum)
  }

  @Test("Every named map is made; a diverging one has its neutral colour at 128", arguments: ColorMap.names)
  func named(name: String) throws {
    let map = try ColorMap(name)
    #expect(map.name == name && map.table.count == 256)
    #expect(map.isDiverging == !["hot", "cold", "gray", "wred", "wblue", "viridis", "cividis"].contains(name))
  }

  @Test("seed is matplotlib's seismic at 85 %")
  func seed() {
    let table = ColorMap.seed.table
    // .85 · 255 · (0, 0, .3), (0, 0, 1), (1, 1, 1), (1, 0, 0), (.5, 0, 0)
    #expect([0, 64, 128, 191, 255].map { table[$0] } == [0x000041, 0x0000d9, 0xd9d9d9, 0xd90000, 0x6c0000].map(color))
  }

  @Test("viridis and puor at ends and middle")
  func others() throws {
    let viridis = try ColorMap("viridis").table
    #expect(viridis[0] == color(0x440154) && viridis[255] == color(0xfde725))
    let puor = try ColorMap("puor").table
    #expect([puor[0], puor[128], puor[255]] == [0x2d004b, 0xf7f7f7, 0x7f3b08].map(color))
  }

  @Test("Own control points")
  func own() throws {
    let map = try ColorMap("40:000,c0:fff")
    #expect(
      map.table[0] == .black && map.table[0x40] == .black && map.table[0xc0] == .white && map.table[255] == .white)
    #expect(map.table[0x80] == color(0x7f7f7f))
    #expect(!map.isDiverging)
    #expect(try ColorMap("00f,80:fff,f00").isDiverging)
  }

  @Test(
    "Text that is no color map is refused",
    arguments: [
      "", "jet", "00f", "00f,", ",", "00f,xyz", "00f,12345", "80:fff,40:000", "8:fff,f00", "80:80:fff,f00",
      "+1:fff,000",
    ])
  func errors(text: String) {
    #expect(throws: ColorMapError.self) { try ColorMap(text) }
  }
}
