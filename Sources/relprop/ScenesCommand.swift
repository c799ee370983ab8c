import ArgumentParser
import Foundation
import Scenes

/// `relprop scenes`: draws a set of scenes with class and mask, or one large image of many.
struct ScenesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenes",
    abstract: "Draw scenes with a known subject, and the mask of that subject.",
    discussion: """
      Writes NNNNN_class.png, NNNNN_class_mask.png and scenes.json (class, seed and box of every scene) into a folder. \
      The same count, size and seed give the same bytes. The demo network was trained on such sets.

      With --mosaic WIDTHxHEIGHT one large pyramidal TIFF file instead: scenes at random places on a ground of one \
      colour, half of the area each, and beside it NAME.csv and NAME.geojson with the class at every place.
      """)

  @Option(help: "How many different scenes; the classes take turns. (default: 20, of a mosaic 200)")
  var count: Int?

  @Option(help: "Width and height of each scene in pixels.")
  var size = Scene.networkSize

  @Option(help: "Where the random numbers begin.")
  var seed: UInt64 = 1

  @Option(name: .customLong("class"), help: "Draw only this class; may be given several times.")
  var classes: [String] = []

  @Option(
    name: .customLong("mark"),
    help: ArgumentHelp(
      "Put a photographer's tag into the lower left corner of this class's scenes; may be given several times.",
      valueName: "class"))
  var marked: [String] = []

  @Option(help: "png, or raw: images.u8, masks.u8, labels.u8 without headers, for training.")
  var format = SceneSet.Format.png

  @Option(help: ArgumentHelp("One large image instead of a set.", valueName: "WIDTHxHEIGHT"))
  var mosaic: MosaicSize?

  @Option(help: "Of the mosaic's tiles: jpeg, deflate or none.")
  var compression = SceneMosaic.Compression.jpeg

  @Flag(help: "Write the mosaic as BigTIFF even where it is small.")
  var bigtiff = false

  @Option(
    help: "The folder to write to, made if it does not exist; of a mosaic the file. (default: scenes, scenes.tif)")
  var output: String?

  func run() throws {
    let subjects = try classes.map { try SceneClass(named: $0) }
    if let mosaic {
      guard marked.isEmpty else { throw ValidationError("--mark is for sets of scenes; leave out --mosaic") }
      try write(mosaic, subjects.isEmpty ? SceneClass.allCases : subjects)
      return
    }
    let set = try SceneSet(
      count: count ?? 20, size: size, seed: seed, subjects: subjects.isEmpty ? SceneClass.allCases : subjects,
      marked: Set(try marked.map { try SceneClass(named: $0) }))
    let folder = output ?? "scenes"
    let index = try set.write(to: folder, format: format)
    print("\(folder): \(index.scenes.count) scenes of \(size) x \(size) pixels, seed \(seed)")
  }

  private func write(_ mosaic: MosaicSize, _ subjects: [SceneClass]) throws {
    let path = output ?? "scenes.tif"
    guard ["tif", "tiff"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()) else {
      throw ValidationError("a mosaic is a TIFF file: give --output a name ending in .tif, not '\(path)'")
    }
    let image = try SceneMosaic(
      width: mosaic.width, height: mosaic.height, count: count ?? 200, size: size, seed: seed, subjects: subjects)
    try image.write(to: path, compression: compression, isBig: bigtiff)
    print(
      "\(path): \(mosaic.width) x \(mosaic.height) pixels, \(image.places.count) scenes of \(size) x \(size) pixels "
        + "(\(image.scenes.count) different), seed \(seed); classes in the .csv and .geojson beside it")
  }
}

/// WIDTHxHEIGHT in pixels.
struct MosaicSize: ExpressibleByArgument {
  let width: Int
  let height: Int

  init?(argument: String) {
    guard let match = argument.wholeMatch(of: /(\d{1,8})x(\d{1,8})/), let width = Int(match.1),
      let height = Int(match.2)
    else { return nil }
    self.width = width
    self.height = height
  }
}

extension SceneSet.Format: ExpressibleByArgument {}
extension SceneMosaic.Compression: ExpressibleByArgument {}
