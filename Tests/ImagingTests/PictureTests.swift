import Imaging
import Testing

@Suite("Pictures")
struct PictureTests {
  /// Left black, right white.
  static var halves: Picture {
    var picture = Picture(width: 2, height: 1, fill: .black)
    picture[1, 0] = .white
    return picture
  }

  @Test("A PNG file holds the exact pixels")
  func png() throws {
    let picture = Picture(Fixture.striped(37, 11))
    let folder = try TemporaryFolder()
    try picture.write(to: folder.path("picture.png"))
    #expect(Picture(try Photograph(path: folder.path("picture.png"))) == picture)
    #expect(try picture.png().starts(with: [0x89, 0x50, 0x4e, 0x47]))
    #expect(folder.contents == ["picture.png"])
  }

  @Test("Enlarging repeats pixels, by the smallest whole factor that reaches the width")
  func enlarged() {
    let picture = Self.halves.enlarged(toWidth: 5)
    #expect(picture.width == 6 && picture.height == 3)
    for y in 0..<3 { #expect((0..<6).map { picture[$0, y] == .white } == [false, false, false, true, true, true]) }
    #expect(picture.enlarged(toWidth: 6) == picture)
    #expect(Picture(width: 28, height: 28).enlarged(toWidth: 448).width == 448)
  }

  @Test("Shrinking averages")
  func resized() {
    let picture = Self.halves.enlarged(by: 4).resized(width: 1, height: 1)
    #expect(picture[0, 0] == Color(red: 128, green: 128, blue: 128))
  }

  @Test("A grid centres its pictures in cells of equal size")
  func grid() {
    let large = Picture(width: 4, height: 2, fill: .black)
    let sheet = Picture.grid([large, Self.halves, large], columns: 2, margin: 1)
    // 1 + (4 + 1) · 2 wide, 1 + (2 + 1) · 2 high
    #expect(sheet.width == 11 && sheet.height == 7)
    let black = (0..<7).map { y in String((0..<11).map { sheet[$0, y] == .black ? "#" : "." }) }
    #expect(
      black == [
        "...........",
        ".####..#...",
        ".####......",
        "...........",
        ".####......",
        ".####......",
        "...........",
      ])
  }

  @Test("The picture of a 16-bit photograph is rounded")
  func rounded() {
    let picture = Picture(Photograph(width: 1, height: 1, samples: [0.4, 127.6, 255]))
    #expect(picture[0, 0] == Color(red: 0, green: 128, blue: 255))
  }
}
