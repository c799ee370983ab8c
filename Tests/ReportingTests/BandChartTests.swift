import Foundation
import FoundationXML
import Testing

@testable import Reporting

/// Curves with bands, and the axes that hold values of either sign.
@Suite struct BandChartTests {
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [(name: String, attributes: [String: String])] = []
    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { elements.append((name, attributes)) }

    static func read(_ picture: SVGDocument) throws -> [(name: String, attributes: [String: String])] {
      let reader = Reader()
      let parser = XMLParser(data: Data(picture.text.utf8))
      parser.delegate = reader
      try #require(parser.parse(), "\(String(describing: parser.parserError))")
      return reader.elements
    }
  }

  private func points(_ attributes: [String: String]) -> [[Double]] {
    (attributes["points"] ?? "").split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
  }

  @Test(
    "an axis holds what it must between round numbers",
    arguments: [
      (-3.2, 7.9, [-5, 0, 5, 10]), (0, 100, [0, 20, 40, 60, 80, 100]),
      (0.412, 0.437, [0.41, 0.415, 0.42, 0.425, 0.43, 0.435, 0.44]),
      (-2, -2, [-2, -1.5]), (0, 0, [0, 0.2]),
    ])
  func axis(_ smallest: Double, _ largest: Double, _ expected: [Double]) {
    let ticks = Axis(from: smallest, to: largest).ticks
    #expect(ticks.count == expected.count)
    for (a, b) in zip(ticks, expected) { #expect(abs(a - b) < 1e-9, "\(ticks)") }
    #expect(ticks[0] <= smallest && ticks.last! >= largest)
  }

  @Test("curves and bands stand where the numbers say, bands end at the limits")
  func places() throws {
    let chart = BandChart(
      title: "t", horizontal: "steps", vertical: "p",
      series: [
        .init("one", [(0, 1, 0.5), (10, 0, 0.25)]), .init("none", []), .init("two", [(0, 0.5, 0), (10, 0.5, 0)]),
      ], limits: 0...1)
    let elements = try Reader.read(chart.picture)
    let bands = elements.filter { $0.name == "polygon" }.map { points($0.attributes) }
    let curves = elements.filter { $0.name == "polyline" }.map { points($0.attributes) }
    // A curve and its key each.
    try #require(bands.count == 2 && curves.count == 4)
    let (top, bottom) = (curves[0][0][1], curves[0][1][1])
    #expect(curves[2][0][1] == (top + bottom) / 2)
    #expect(curves[0][0][0] == curves[2][0][0])
    #expect(bands[0].map { $0[1] } == [top, bottom + (top - bottom) / 4, bottom, (top + bottom) / 2])
  }

  @Test("more series than colours differ in their dashes")
  func dashes() throws {
    let series = (0..<16).map { BandChart.Series("s\($0)", [(0, Double($0), 0), (1, 0, 0)]) }
    let elements = try Reader.read(BandChart(title: "t", horizontal: "x", vertical: "y", series: series).picture)
    let styles = elements.filter { $0.name == "polyline" }.map {
      ($0.attributes["stroke"] ?? "") + ($0.attributes["stroke-dasharray"] ?? "")
    }
    #expect(Set(styles).count == 16)
  }

  @Test("tables in Markdown and CSV keep what is in their cells apart")
  func tables() {
    var markdown = MarkdownTable(["a", "b"])
    markdown.add(["x|y", "1"])
    #expect(markdown.text == "| a | b |\n|---|---:|\n| x\\|y | 1 |\n")
    var csv = CSVTable(["a", "b"])
    csv.add(["pixels, most", "say \"x\""])
    csv.add(["line\nbreak", "1.5"])
    #expect(csv.text == "a,b\n\"pixels, most\",\"say \"\"x\"\"\"\n\"line\nbreak\",1.5\n")
  }
}
