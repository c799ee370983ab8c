import Foundation
import FoundationXML
import Testing

@testable import Reporting

/// Charts are well-formed, and their elements stand where the numbers say.
@Suite struct SVGTests {
  /// Elements of one name with their attributes, read back by an XML parser.
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [(name: String, attributes: [String: String])] = []
    var texts: [String] = []
    private var open = ""
    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements.append((name, attributes))
      open = ""
    }
    func parser(_ parser: XMLParser, foundCharacters text: String) { open += text }
    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      if name == "text" || name == "title" { texts.append(open) }
    }
  }

  private func read(_ picture: SVGDocument) throws -> Reader {
    let reader = Reader()
    let parser = XMLParser(data: Data(picture.text.utf8))
    parser.delegate = reader
    try #require(parser.parse(), "\(String(describing: parser.parserError)) in \(picture.text)")
    return reader
  }

  @Test("a picture lies in the file with its own bytes")
  func image() throws {
    var picture = SVGDocument(width: 10, height: 10)
    let bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0, 255]
    picture.image(png: bytes, x: 1, y: 2, width: 3, height: 4)
    let found = try #require(try read(picture).elements.first { $0.name == "image" }?.attributes)
    #expect(["x", "y", "width", "height"].map { found[$0] } == ["1", "2", "3", "4"])
    let text = try #require(found["href"]?.split(separator: ",").last)
    #expect(Data(base64Encoded: String(text)) == Data(bytes))
  }

  @Test("text with markup in it comes back as it was")
  func escaping() throws {
    var picture = SVGDocument(width: 10, height: 10)
    picture.label("a < b & \"c\" > d", x: 1, y: 2)
    #expect(try read(picture).texts == ["a < b & \"c\" > d"])
  }

  @Test(
    "numbers are hundredths without trailing zeros",
    arguments: [(1, "1"), (1.5, "1.5"), (0.126, "0.13"), (-0.001, "0"), (100, "100"), (-2.25, "-2.25")])
  func numbers(_ value: Double, _ text: String) { #expect(SVGDocument.number(value) == text) }

  @Test("bars are as long as their values, and begin where the one before ends")
  func bars() throws {
    let chart = BarChart(
      title: "times", unit: "ms", categories: ["one", "two"],
      series: [.init("forward", [1, 2]), .init("backward", [3, 0])])
    let reader = try read(chart.picture)
    // Background, two keys of the legend, then a bar a value.
    let bars = reader.elements.filter { $0.name == "rect" }.dropFirst(3).map(\.attributes)
    func number(_ index: Int, _ name: String) throws -> Double {
      try #require(bars[index][name].flatMap { Double($0) })
    }
    try #require(bars.count == 4)
    let unit = try number(0, "width")
    #expect(abs(try number(1, "width") - 3 * unit) < 0.02)
    #expect(abs(try number(2, "width") - 2 * unit) < 0.02)
    #expect(try number(3, "width") == 0)
    #expect(abs(try number(1, "x") - (try number(0, "x") + unit)) < 0.02)
    #expect(try number(2, "y") > number(0, "y"))
    for text in ["times", "ms", "one", "two", "forward", "backward", "one, backward: 3 ms"] {
      #expect(reader.texts.contains(text), "\(text) in \(reader.texts)")
    }
  }

  @Test("curves rise to the right of the axis's origin; nothing lies outside the picture")
  func curves() throws {
    let chart = LineChart(
      title: "scaling", horizontal: "batch", vertical: "ms",
      series: [.init("a", [(1, 10), (2, 20)]), .init("b", [(1, 5), (4, 7)])])
    let picture = chart.picture
    let reader = try read(picture)
    let lists = reader.elements.filter { $0.name == "polyline" }.compactMap { $0.attributes["points"] }
    let curves = lists.map { list in
      list.split(separator: " ").map { point in point.split(separator: ",").compactMap { Double($0) } }
    }
    try #require(curves.count == 2 && curves.allSatisfy { $0.count == 2 })
    // Twice the value is twice as far from the origin at (60, 296).
    #expect(abs((curves[0][1][0] - 60) - 2 * (curves[0][0][0] - 60)) < 0.03)
    #expect(abs((296 - curves[0][1][1]) - 2 * (296 - curves[0][0][1])) < 0.03)
    for point in curves.flatMap({ $0 }) {
      #expect((0...picture.width).contains(point[0]) && (0...picture.height).contains(point[1]))
    }
  }

  @Test(
    "an axis has round ticks and holds its largest value",
    arguments: [0.0, 0.003, 1, 9.99, 10, 84.1, 1234, 1e6])
  func axes(_ largest: Double) {
    let axis = Axis(largest: largest)
    #expect(axis.end >= largest * 0.999_999 && axis.ticks.first == 0)
    #expect((2...8).contains(axis.ticks.count), "\(axis.ticks)")
    if largest > 0 { #expect(axis.end < largest * 1.6, "\(axis.ticks)") }
  }

  @Test(
    "an axis between two values has round ticks and holds both",
    arguments: [(-3.2, 7.9), (0.85, 1.02), (-1e-4, -2e-5), (5, 5), (0, 0), (-40, 0)])
  func axes(_ smallest: Double, _ largest: Double) {
    let axis = Axis(from: smallest, to: largest)
    let (first, step) = (axis.ticks[0], axis.ticks[1] - axis.ticks[0])
    #expect(first <= smallest + 1e-6 * step && axis.end >= largest - 1e-6 * step, "\(axis.ticks)")
    #expect((2...8).contains(axis.ticks.count), "\(axis.ticks)")
    #expect(axis.ticks.allSatisfy { abs(($0 / step).rounded() - $0 / step) < 1e-6 })
    #expect(axis.position(first, length: 50) == 0 && axis.position(axis.end, length: 50) == 50)
  }

  @Test("chart without data is still a picture")
  func empty() throws {
    #expect(try read(LineChart(title: "", horizontal: "", vertical: "", series: []).picture).elements.count > 2)
    #expect(try read(BarChart(title: "", unit: "", categories: [], series: []).picture).elements.count > 2)
  }
}
