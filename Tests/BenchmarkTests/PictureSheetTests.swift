import Foundation
import Imaging
import Testing

@testable import relprop_bench

@Suite struct PictureSheetTests {
  private let red = Picture(width: 2, height: 2, fill: Color(red: 255, green: 0, blue: 0))
  private let blue = Picture(width: 3, height: 3, fill: Color(red: 0, green: 0, blue: 255))

  /// Values of one attribute of all elements of a name, in their order.
  private func values(_ attribute: String, of element: String, in text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("<\(element) ") }.compactMap { line in
      line.components(separatedBy: " \(attribute)=\"").dropFirst().first?.components(separatedBy: "\"").first
    }
  }

  @Test("a sheet holds every picture's own bytes, row by row, side by side, with captions below")
  func places() throws {
    let sheet = PictureSheet(
      title: "two rows", columns: ["a", "b"],
      rows: [
        .init(title: "first", cells: [.init(red, "red < blue"), .init(blue, "blue", "3 pixels")]),
        .init(title: "", cells: [.init(nil), .init(red, "again")]),
      ], side: 50)
    let text = try sheet.drawn().text
    let pictures = values("href", of: "image", in: text).compactMap {
      Data(base64Encoded: String($0.dropFirst("data:image/png;base64,".count))).map { Array($0) }
    }
    #expect(try pictures == [red.png(), blue.png(), red.png()])
    // Margin 8, pictures of 50: columns at 8 and 66. The empty place stays free.
    #expect(values("x", of: "image", in: text) == ["8", "66", "66"])
    let rows = values("y", of: "image", in: text).compactMap { Double($0) }
    #expect(rows[0] == rows[1] && rows[2] >= rows[0] + 50 + 2 * 14)
    for caption in ["red &lt; blue", "blue", "3 pixels", "again", "first", "two rows", ">a<", ">b<"] {
      #expect(text.contains(caption), "\(caption)")
    }
    #expect(text.contains("image-rendering:pixelated"))
  }

  @Test("everything lies within the sheet")
  func fits() throws {
    let sheet = PictureSheet(
      title: "a title that is much longer than its one small picture",
      rows: [.init(title: "row", cells: [.init(red, "one", "two", "three")])], side: 30)
    let drawn = try sheet.drawn()
    for (attribute, limit) in [("x", drawn.width), ("y", drawn.height)] {
      for element in ["text", "image"] {
        for value in values(attribute, of: element, in: drawn.text) {
          #expect((0...limit).contains(try #require(Double(value))), "\(element) \(attribute) \(value)")
        }
      }
    }
    #expect(drawn.width >= 7 * 54)
  }
}
