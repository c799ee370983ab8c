import Foundation
import Imaging
import Markup
import OMEZarr
import ViewerSources

/// The page that shows a map and its image in a browser (Sources/ViewerSources), with what it has to know of them.
struct ViewerPage {
  /// What the script reads; widths and heights in pixels.
  private struct Map: Encodable {
    var title: String
    var subtitle: String
    /// What is explained, for the legend; "" where that is not one class.
    var target: String
    var note: String
    var width: Int
    var height: Int
    /// Where the map's corner lies in the image's level.
    var left: Int
    var top: Int
    var tile: Int
    /// Deep Zoom's, from one pixel on.
    var levels: Int
    var microns: Double?
    var bound: Double
    var isDiverging: Bool
    var colors: [[UInt8]]
    /// CSS colour of tiles that are not there.
    var veil: String
    var layers: [Layer]
    /// What is known of the map, by key.
    var facts: [[String]]
  }

  private struct Layer: Encodable {
    var name: String
    var path: String
    var format: String
    /// For levels that lack tiles: a bit for each, base64.
    var present: [String: String]?
  }

  let text: String

  /// - Parameter present: as `DeepZoomFolder` tells of the heatmap's tiles.
  init(
    _ exporter: MapExporter, _ scale: ColorScale, _ record: ExportRecord, hasImage: Bool, present: [Int: [UInt8]]
  ) {
    let store = exporter.store
    let provenance = store.provenance
    let heatmap = Layer(
      name: "heatmap", path: "heatmap_files", format: "png",
      present: Dictionary(uniqueKeysWithValues: present.map { ("\($0)", Data($1).base64EncodedString()) }))
    let image = Layer(name: "image", path: "image_files", format: "jpg")
    let target = provenance["class"]?.string ?? ""
    let title = provenance.image.map { URL(fileURLWithPath: $0).lastPathComponent } ?? store.name
    let map = Map(
      title: title,
      subtitle: "relevance\(target.isEmpty ? "" : " for \(target)"), \(store.width) × \(store.height) pixels",
      target: target,
      note: "one scale for the whole map and every zoom: \(scale.normalization), \(scale.colors.name); "
        + "smaller views show the mean" + (exporter.hasUncovered ? "; darker: no window" : ""),
      width: store.width, height: store.height, left: provenance.roi?.x ?? 0, top: provenance.roi?.y ?? 0,
      tile: DeepZoomFolder.tile, levels: DeepZoomFolder.levelCount(width: store.width, height: store.height),
      microns: provenance.micronsPerPixel, bound: scale.bound, isDiverging: scale.colors.isDiverging,
      colors: scale.colors.table.map { [$0.red, $0.green, $0.blue] },
      veil: "rgba(0, 0, 0, \(Double(OverlayColors.veil) / 255))", layers: hasImage ? [image, heatmap] : [heatmap],
      facts: provenance.values.sorted { $0.key < $1.key }.map { [$0, $1.string ?? $1.text] }
        + [["exported by", record.tool]])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Inside a script no "<" may stand that could end it.
    let json = String(decoding: try! encoder.encode(map), as: UTF8.self).replacing("<", with: "\\u003c")
    let values = [
      "@TITLE@": "\(title): relevance".escapedForMarkup, "@MAP@": json, "@SCRIPT@": String(cString: viewer_script()),
    ]
    // Each place once, from the front, so that nothing in a value is taken for a place.
    var page = Substring(String(cString: viewer_page()))
    var text = ""
    while let place = values.keys.compactMap({ page.firstRange(of: $0) }).min(by: { $0.lowerBound < $1.lowerBound }) {
      text += page[..<place.lowerBound] + values[String(page[place])]!
      page = page[place.upperBound...]
    }
    self.text = text + page
  }
}
