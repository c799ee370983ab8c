import ArgumentParser
import Compute
import Foundation
import Imaging
import RelevancePropagation
import Scenes

/// `relprop gallery`: every composite's heatmaps of the same scenes, as strips and as a table.
struct GalleryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gallery",
    abstract: "Draw every composite's heatmaps of the same scenes, and the table that shows them.",
    discussion: """
      Writes scenes.png and COMPOSITE.png, strips of five scenes explained by the embedded network, and puts a Markdown \
      table of them between the lines "<!-- gallery -->" and "<!-- end of gallery -->" of a page.
      """)

  @Option(help: ArgumentHelp("Folder for the strips; made if it does not exist.", valueName: "folder"))
  var output = "relprop-out/gallery"

  @Option(help: ArgumentHelp("The page whose table is replaced; none where it is not named.", valueName: "file"))
  var page: String?

  @OptionGroup(title: "Pictures") var pictureOptions: PictureOptions
  @OptionGroup(title: "Device") var deviceOptions: DeviceOptions

  private static let subjects: [(SceneClass, seed: UInt64)] = [
    (.castle, 3), (.locomotive, 21), (.strawberry, 8), (.zebra, 14), (.streetSign, 5),
  ]
  private static let begin = "<!-- gallery -->"
  private static let end = "<!-- end of gallery -->"
  /// Heatmaps are drawn at twice the network's size.
  private static let scale = 2

  func run() throws {
    let folder = try OutputFolder(output)
    let (colors, normalization) = (try pictureOptions.colors(), try pictureOptions.normalization())
    let choice = try DemoCommand.embeddedModel()
    let engine = try deviceOptions.engine()
    let scenes = try Self.subjects.map { try Scene(of: $0.0, seed: $0.seed) }
    let preprocessor = try Preprocessor(choice.preprocessing, inputShape: choice.model.network.inputShape)
    let inputs = try scenes.map {
      try preprocessor.input(Photograph(width: $0.size, height: $0.size, pixels: $0.image)).tensor
    }
    let pictures = try Self.subjects.map { subject, seed in
      let scene = try Scene(of: subject, seed: seed, size: Self.scale * Scene.networkSize)
      return Picture(width: scene.size, height: scene.size, pixels: scene.image)
    }
    try Self.strip(pictures).write(to: folder.path + "/scenes.png")

    let prefix = relativePrefix
    var rows = ["| composite | on the thing | |", "|---|---|---|", "| the scenes | | ![scenes](\(prefix)scenes.png) |"]
    for preset in Preset.all {
      let explainer = try Explainer(
        choice.model.network, composite: preset, low: choice.preprocessing.low, high: choice.preprocessing.high,
        on: engine, batch: scenes.count, options: .init(ledger: false))
      let heatmaps = try explainer.explain(Tensor.stack(inputs)) { $0.topClass }.map { try Heatmap($0.relevance) }
      let shares = zip(scenes, heatmaps).compactMap { $0.shareInside(ofPositive: $1.values) }
      let drawn = heatmaps.map {
        $0.picture(colors, bound: $0.bound(normalization)).enlarged(by: Self.scale)
      }
      try Self.strip(drawn).write(to: "\(folder.path)/\(preset.name).png")
      let share = shares.isEmpty ? "" : String(format: "%.0f %%", 100 * shares.reduce(0, +) / Double(shares.count))
      rows.append("| `\(preset.name)` | \(share) | ![\(preset.name)](\(prefix)\(preset.name).png) |")
      print("\(preset.name): \(share) of the positive relevance on the thing")
    }
    if let page { try insert(rows.joined(separator: "\n"), into: page) }
  }

  private static func strip(_ pictures: [Picture]) -> Picture {
    Picture.grid(pictures, columns: pictures.count, margin: 4)
  }

  /// How the page refers to the strips: their folder, as it was given, if the page lies where the command runs.
  private var relativePrefix: String { output.hasSuffix("/") ? output : output + "/" }

  private func insert(_ table: String, into page: String) throws {
    let text = try String(contentsOfFile: page, encoding: .utf8)
    guard let first = text.range(of: Self.begin), let last = text.range(of: Self.end),
      first.upperBound <= last.lowerBound
    else { throw CommandError("\(page): expected the lines \(Self.begin) and \(Self.end) around the table's place") }
    let result = text[..<first.upperBound] + "\n" + table + "\n" + text[last.lowerBound...]
    try AtomicFile.write(String(result), to: page)
  }
}
