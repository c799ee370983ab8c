import ArgumentParser
import Exporting
import Foundation
import Imaging
import OMEZarr
import RelevancePropagation

/// `relprop export`: a map in the formats of other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a scanned map for viewers: QuPath, napari, ASAP, QGIS, the browser.",
    discussion: """
      relprop export slide.zarr --to dzi           a folder with a page: image, heatmap, opacity
      relprop export slide.zarr --to ome-tiff      numbers, for QuPath and napari

      \(ExportKind.allCases.map { "\($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

      Colours have one scale for the whole map; it stands in the JSON file beside the result.
      """)

  @Argument(help: ArgumentHelp("The .zarr folder that relprop scan wrote.", valueName: "store"))
  var store: String

  @Option(help: ArgumentHelp("\(ExportKind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "kind"))
  var to: String

  @Option(
    help: ArgumentHelp(
      "Where to write; the store's name with another ending if not given.", valueName: "path"))
  var output: String?

  @Flag(help: "Replace an earlier export of the same name.")
  var overwrite = false

  @OptionGroup(title: "Pictures") var pictureOptions: PictureOptions

  @Option(help: ArgumentHelp("png: pixels of the longer side at most.", valueName: "pixels"))
  var maxSize = 4096

  @Option(
    help: ArgumentHelp(
      "ome-tiff, cog, npy: both, or relevance alone.", valueName: "planes"))
  var planes = "both"

  @Option(
    help: ArgumentHelp(
      "ome-tiff, tiff, cog: how much smaller each level of the pyramid is: 2, 4, 8 or 16. ASAP wants the slide's.",
      valueName: "factor"))
  var levelFactor = 2

  @Option(
    help: ArgumentHelp(
      "dzi, cog: the image that was explained, if it is no longer where the store says; or none.", valueName: "path"))
  var image: String?

  /// Pixels of a PNG's longer side: it is held in memory as a whole.
  private static let largestPicture = 16384

  func run() throws {
    guard let kind = ExportKind(rawValue: to) else {
      throw CommandError(
        "--to \(to): expected one of \(ExportKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let options = try options()
    let map = try Store(path: store)
    let path = output ?? Self.defaultPath(map, kind)
    let exporter = try MapExporter(map, options)
    StopSignal.begin()
    let progress = Progress()
    progress.update("exporting")
    let record = try exporter.export(kind, to: path, replacing: overwrite) { share in
      progress.update("exporting \(Int(100 * share)) %")
      if StopSignal.number != nil { throw Stopped() }
    }
    progress.finish()
    print(Self.summary(record, path))
  }

  private struct Stopped: Error, CustomStringConvertible {
    var description: String { "stopped by \(StopSignal.name); nothing was written" }
  }

  private func options() throws -> ExportOptions {
    guard [2, 4, 8, 16].contains(levelFactor) else {
      throw CommandError("--level-factor \(levelFactor): expected 2, 4, 8 or 16")
    }
    guard (1...Self.largestPicture).contains(maxSize) else {
      throw CommandError(
        "--max-size \(maxSize): expected 1 to \(Self.largestPicture); larger pictures are for --to tiff")
    }
    let planes: [MapPlane]
    switch self.planes {
    case "both": planes = MapPlane.allCases
    case "relevance": planes = [.relevance]
    default: throw CommandError("--planes \(self.planes): expected both or relevance")
    }
    return ExportOptions(
      colors: try pictureOptions.colors(), normalization: try pictureOptions.normalization(), planes: planes,
      levelFactor: levelFactor, maxSize: maxSize,
      image: image.map { $0 == "none" ? .none : .path($0) } ?? .named, tool: "relprop \(Relprop.version)")
  }

  /// Beside the store.
  private static func defaultPath(_ store: Store, _ kind: ExportKind) -> String {
    let folder = (store.path as NSString).standardizingPath as NSString
    return (folder.deletingLastPathComponent as NSString).appendingPathComponent(store.name + kind.suffix)
  }

  private static func summary(_ record: ExportRecord, _ path: String) -> String {
    let size = record.levels[0]
    var text = "\(path): \(size[0]) x \(size[1]) pixels"
    if record.levels.count > 1 { text += ", \(record.levels.count) levels" }
    if let colors = record.colors {
      text += String(format: ", colours %@ for relevance up to %.4g (%@)", colors.colorMap, colors.bound, colors.range)
    } else {
      text += ", float32: \(record.planes.joined(separator: ", "))"
    }
    if let image = record.image { text += "\nimage: \(image)" }
    return text
  }
}
