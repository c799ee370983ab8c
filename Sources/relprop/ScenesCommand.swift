import ArgumentParser
import Scenes

/// `relprop scenes`: draws a set of scenes with class and mask.
struct ScenesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenes",
    abstract: "Draw scenes with a known subject, and the mask of that subject.",
    discussion: """
      Writes NNNNN_class.png, NNNNN_class_mask.png and scenes.json (class, seed and box of every scene) into a folder. \
      The same count, size and seed give the same bytes. The demo network was trained on such sets.
      """)

  @Option(help: "How many scenes; the classes take turns.")
  var count = 20

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

  @Option(help: "The folder to write to; made if it does not exist.")
  var output = "scenes"

  func run() throws {
    let subjects = try classes.map { try SceneClass(named: $0) }
    let set = try SceneSet(
      count: count, size: size, seed: seed, subjects: subjects.isEmpty ? SceneClass.allCases : subjects,
      marked: Set(try marked.map { try SceneClass(named: $0) }))
    let index = try set.write(to: output, format: format)
    print("\(output): \(index.scenes.count) scenes of \(size) x \(size) pixels, seed \(seed)")
  }
}

extension SceneSet.Format: ExpressibleByArgument {}
