import Reporting

/// Values for pages, with names that try to leave their place.
enum Samples {
  static let hostile = "<script>alert('a & b')</script>\"><img src=x onerror=hacked=1> &amp; {{x}} \u{0}\u{1b}[31m"

  static func palette(_ name: String, safe: Bool = false) -> ReportPalette {
    .init(
      name: name, colors: (0..<768).map { UInt8($0 % 256) }, isDiverging: true, isColorBlindSafe: safe)
  }

  static func row(_ layer: String, incoming: Double, bias: Double, filter: Double = 0) -> ReportedMap.LedgerRow {
    .init(
      layer: layer, type: "convolution", rule: "epsilon", incoming: incoming, outgoing: incoming - bias - filter,
      bias: bias, stabilizer: 0, filter: filter, other: 0, magnitude: incoming)
  }

  static func drawing(_ number: UInt8, ledger: Bool = true) -> ReportedMap {
    .drawn(
      .init(
        picture: .png(Array(repeating: number, count: 300)), bound: 0.0123456, summary: "Map \(number) in words.",
        facts: [("Relevance", "\(number)")], alarms: number == 1 ? ["an alarm"] : [],
        ledger: ledger ? [row("fc", incoming: 8, bias: 2), row("conv", incoming: 6, bias: 1)] : []))
  }

  /// Two targets by three methods; one map is missing, one has no ledger.
  static func image(_ name: String = "cat.jpg", picture: Bool = true) -> ReportedImage {
    ReportedImage(
      name: name, path: "photos/\(name)", framing: "10 × 20 pixels",
      picture: picture ? .jpeg(Array(repeating: 7, count: 500)) : nil, mapWidth: 8, mapHeight: 4,
      classes: [
        .init(index: 3, name: "cat", score: 8, probability: 0.9),
        .init(index: 1, name: name, score: -1, probability: 0.1),
      ],
      targets: [.init(name: "cat", description: "cat, score 8"), .init(name: name, description: "\(name), score −1")],
      methods: ["seed", "epsilon_plus", "occlusion"],
      maps: [
        [drawing(1), drawing(2), drawing(3, ledger: false)],
        [drawing(4), .missing(reason: "NaN at \(name)"), drawing(6)],
      ],
      provenance: Provenance(
        facts: [("Model", name), ("Command", "relprop report")],
        rules: [.init(name: "conv", type: "convolution", rules: ["seed": "gamma", "epsilon_plus": "z-plus"])]),
      notes: ["a note"])
  }

  static func page(isOfOne: Bool = true, links: [ReportPage.Link] = []) -> ReportPage {
    ReportPage(
      title: "title", palettes: [palette("seismic"), palette("vik", safe: true)], scale: .png([1, 2, 3]), links: links,
      isOfOne: isOfOne, maker: "relprop test")
  }

  static func text(_ page: ReportPage, _ images: [ReportedImage], _ evaluation: ReportedEvaluation? = nil) -> String {
    page.opening.markup + images.enumerated().map { page.article($1, number: $0 + 1).markup }.joined()
      + page.closing(evaluation).markup
  }
}
