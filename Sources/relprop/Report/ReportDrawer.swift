import Imaging
import RelevancePropagation
import Reporting

/// Draws an image's explanations and puts them into words, for its page and for the index.
struct ReportDrawer: Sendable {
  let colors: ColorMap
  let normalization: Normalization

  /// Largest edge of the photograph in a page, in pixels: more than a page shows of it on most screens.
  private static let photographEdge = 640
  /// Edge of one of the two small pictures in an index, in pixels.
  static let thumbnailEdge = 144
  private static let thumbnailQuality = 80

  /// What the page of an image shows.
  /// - Throws: what the first entry is missing for, where all are; `ImageError`.
  func image(_ material: ReportMaterial) throws -> ReportedImage {
    guard let first = material.entries.first else { throw Self.firstFailure(material) }
    let report = first.report
    let shape = first.relevance.shape.extents
    let seen = report.image.rectangle
    let picture = try material.photograph.map {
      EmbeddedFile.jpeg(try Picture($0, part: seen, most: Self.photographEdge).jpeg())
    }
    let targets = material.rows.map { row -> ReportedImage.Target in
      let entry = row.lazy.compactMap { try? $0.get() }.first
      return entry.map { ReportText.target($0.report) } ?? .init(name: "—", description: "—")
    }
    let maps = try material.rows.enumerated().map { target, row in
      try zip(material.methods, row).map { method, result -> ReportedMap in
        switch result {
        case .failure(let error): .missing(reason: "\(error)")
        case .success(let entry): .drawn(try drawing(entry, target: targets[target].name, method: method))
        }
      }
    }
    return ReportedImage(
      name: material.name, path: material.path, framing: ReportText.framing(report.image, of: report.model),
      picture: picture, mapWidth: shape[shape.count - 1], mapHeight: shape[shape.count - 2],
      classes: Self.classes(material), targets: targets, methods: material.methods, maps: maps,
      provenance: ReportProvenance.of(material), notes: material.notes)
  }

  private func drawing(_ entry: ReportEntry, target: String, method: String) throws -> ReportedMap.Drawing {
    let heatmap = try Heatmap(entry.relevance)
    let bound = heatmap.bound(normalization)
    let types = Dictionary(entry.report.rules.map { ($0.layer, $0.type) }) { first, _ in first }
    return .init(
      picture: .png(try heatmap.png(colors, bound: bound)), bound: bound,
      summary: "Heatmap of \(target) by \(method). \(HeatmapText.places(heatmap))",
      facts: ReportText.facts(entry.report, heatmap), alarms: entry.report.alarms.map(\.message),
      ledger: entry.report.conservation.map { .init($0, type: types[$0.layer] ?? "") })
  }

  /// Photograph and overlay side by side, of the first explanation there is; the heatmap alone without a photograph.
  func thumbnail(_ material: ReportMaterial) throws -> (bytes: [UInt8], width: Int, height: Int) {
    guard let entry = material.entries.first else { throw Self.firstFailure(material) }
    let heatmap = try Heatmap(entry.relevance)
    let bound = heatmap.bound(normalization)
    let edge = Self.thumbnailEdge
    let strip: Picture
    if let photograph = material.photograph {
      let seen = entry.report.image.rectangle
      // Drawn as large as the heatmap at least: a smaller one would skip pixels of it.
      let base = Picture(photograph, part: seen, most: max(edge, heatmap.width, heatmap.height))
      let overlay = heatmap.overlay(on: base, colors, bound: bound)
      strip = Picture.grid([base, overlay].map { Self.fitted($0, edge) }, columns: 2, margin: 0)
    } else {
      strip = Self.fitted(heatmap.picture(colors, bound: bound), edge)
    }
    return (try strip.jpeg(quality: Self.thumbnailQuality), strip.width, strip.height)
  }

  private static func fitted(_ picture: Picture, _ edge: Int) -> Picture {
    let scale = Double(edge) / Double(max(picture.width, picture.height))
    guard scale < 1 else { return picture }
    func extent(_ length: Int) -> Int { max(Int((Double(length) * scale).rounded()), 1) }
    return picture.resized(width: extent(picture.width), height: extent(picture.height))
  }

  /// The highest scores, and what is explained beside them.
  private static func classes(_ material: ReportMaterial) -> [ReportedImage.Class] {
    let reports = material.entries.map(\.report)
    var classes = reports[0].top
    for target in reports.map(\.target) where !classes.contains(where: { $0.index == target.index }) {
      classes.append(target)
    }
    return classes.sorted { $0.score > $1.score }.map {
      .init(index: $0.index, name: $0.name, score: Double($0.score), probability: $0.probability)
    }
  }

  static func firstFailure(_ material: ReportMaterial) -> any Error {
    for case .failure(let error) in material.rows.joined() { return error }
    return CommandError("\(material.path): nothing was explained")
  }

  /// What readers may choose: the map of the drawings first, then those that are safe for all.
  /// - Throws: `ColorMapError`.
  var palettes: [ReportPalette] {
    get throws {
      var names = [colors.name]
      for name in ColorMap.colorBlindSafe + ["seismic"] where !names.contains(name) { names.append(name) }
      return try names.map { name in
        let map = try ColorMap(name)
        return .init(
          name: name, colors: map.palette.flatMap { [$0.red, $0.green, $0.blue] }, isDiverging: map.isDiverging,
          isColorBlindSafe: ColorMap.colorBlindSafe.contains(name))
      }
    }
  }

  /// All colours from -bound to bound.
  /// - Throws: `ImageError`.
  var scale: EmbeddedFile {
    get throws {
      .png(try PNGFile.bytes(of: Array(0...255), palette: colors.palette, width: 256, height: 1))
    }
  }
}

extension ReportedMap.LedgerRow {
  init(_ row: ExplanationReport.LedgerRow, type: String) {
    self.init(
      layer: row.layer, type: type, rule: row.rule, incoming: row.incoming, outgoing: row.outgoing, bias: row.bias,
      stabilizer: row.stabilizer, filter: row.filter, other: row.other, magnitude: row.magnitude)
  }
}

extension ExplanationReport.Image {
  /// What the network saw, in pixels of the photograph.
  var rectangle: Framing.Rectangle {
    Framing.Rectangle(x: seen[0], y: seen[1], width: seen[2], height: seen[3])
  }
}
