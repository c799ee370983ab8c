import Foundation
import Imaging
import Testing

@Suite("Image errors")
struct ImageErrorTests {
  func error(_ path: String) throws -> ImageError {
    try #require(throws: ImageError.self) { try Photograph(path: path) }
  }

  @Test("Missing, empty and no files at all are told apart")
  func noFile() throws {
    let folder = try TemporaryFolder()
    #expect(try error(folder.path("none.jpg")).found == "No such file or directory")
    #expect(try error(folder.url.path).found == "it is a folder")
    #expect(try error(folder.write([], as: "empty.jpg")).found == "it is empty")
    #expect(try error("/dev/null").found == "it is no regular file")
  }

  @Test(
    "A text, whatever its name, is no image", arguments: ["text.jpg", "text.png", "text.csv", "text.mat", "text.v"])
  func text(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("relevance, propagation\n1, 2\n".utf8), as: name)
    let error = try error(path)
    #expect(error.found == "it is no image")
    #expect(error.description == "\(path): it is no image; give a JPEG, PNG, TIFF, WebP or GIF file")
  }

  @Test("A drawing is no photograph")
  func drawing() throws {
    let folder = try TemporaryFolder()
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"></svg>"
    #expect(try error(folder.write(Array(svg.utf8), as: "drawing.svg")).found == "it is no image")
  }

  @Test(
    "A truncated file is an error, not a picture with grey lines",
    arguments: ["orientation.jpg", "grey.jpg", "scene.png", "quadrants.webp", "quadrants.tif", "cmyk.tif"])
  func truncated(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let folder = try TemporaryFolder()
    for length in [bytes.count * 3 / 4, bytes.count / 2, 20] {
      let error = try error(folder.write(Array(bytes.prefix(length)), as: name))
      #expect(
        error.found.hasPrefix("it cannot be decoded") || error.found == "it is no image", "\(length) bytes: \(error)")
    }
  }

  @Test("A real photograph that was cut off is an error", .enabled(if: !Fixture.photographs.isEmpty))
  func truncatedPhotograph() throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: Fixture.photographs[0])))
    let error = try error(folder.write(Array(bytes.prefix(bytes.count * 2 / 3)), as: "half.jpg"))
    #expect(error.found.hasPrefix("it cannot be decoded"))
    #expect(error.remedy == "it may be truncated or damaged")
  }

  @Test("A damaged PNG is an error")
  func damaged() throws {
    var bytes = try Fixture.bytes("scene.png")
    bytes[bytes.count / 2] ^= 0xff
    let folder = try TemporaryFolder()
    #expect(try error(folder.write(bytes, as: "damaged.png")).found.hasPrefix("it cannot be decoded"))
  }

  @Test("Images decoded at the same moment do not see each other's errors")
  func concurrent() async throws {
    let bytes = try Fixture.bytes("grey.jpg")
    let folder = try TemporaryFolder()
    let damaged = try folder.write(Array(bytes.prefix(bytes.count * 3 / 4)), as: "damaged.jpg")
    let text = try folder.write(Array("text".utf8), as: "text.jpg")
    let sound = Fixture.path("scene.png")
    let expected = try Photograph(path: sound)
    await withTaskGroup(of: (path: String, result: Result<Photograph, any Error>).self) { group in
      for index in 0..<60 {
        let path = [damaged, sound, text][index % 3]
        group.addTask { (path, Result { try Photograph(path: path) }) }
      }
      for await (path, result) in group {
        switch result {
        case .success(let photograph): #expect(path == sound && photograph == expected)
        case .failure(let error as ImageError):
          #expect(error.found.hasPrefix(path == damaged ? "it cannot be decoded: VipsJpeg" : "it is no image"))
          #expect(path != sound && !(path == damaged && error.found.contains("known file format")))
        case .failure(let error): Issue.record(error)
        }
      }
    }
  }

  @Test("70,000 × 70,000 pixels are refused before they are decoded")
  func huge() throws {
    let error = try error(Fixture.path("huge.png"))
    #expect(error.found == "70000 × 70000 pixels are too many to decode at once (limit 2147483648)")
    #expect(error.remedy == "cut out the part to explain")
  }

  @Test("Samples without an agreed black and white are refused")
  func floats() throws {
    let error = try error(Fixture.path("float.tif"))
    #expect(error.found.contains("samples of type float, which have no agreed black and white"), "\(error)")
  }
}
