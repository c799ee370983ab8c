import ArgumentParser
import Compute
import Foundation
import RelevancePropagation

/// `relprop-bench experiments`: the seeds' experiments on explanations, not on speed.
struct ExperimentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiments",
    abstract: "Repeat the seeds' experiments; write results, figures and the page that tells them.",
    discussion: """
      Experiments: \(Experiments.all.map { $0.name }.joined(separator: ", ")). Each writes NAME.json and figures into the \
      output folder; the page is made of all results that lie there.
      """)

  @OptionGroup var place: EngineOptions

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Run these alone.", valueName: "name"))
  var only: [String] = []

  @Flag(help: "Run none; make page and charts from the results that are there.")
  var tell = false

  @Option(help: ArgumentHelp("Scenes of the large experiments.", valueName: "number"))
  var images = 500

  @Option(help: ArgumentHelp("Folder of results and figures.", valueName: "folder"))
  var output = "Documentation/Experiments"

  @Option(help: ArgumentHelp("The page to write; none where it is empty.", valueName: "file"))
  var page = "Documentation/Experiments.md"

  @Option(help: ArgumentHelp("Folder of the networks that Models/train_experiments.py makes.", valueName: "folder"))
  var models = "Models/experiments"

  @Option(
    help: ArgumentHelp(
      "Folder of reference cases with networks and images of digits; left out where there is none.", valueName: "folder"
    ))
  var reference = "../shared/reference"

  func validate() throws {
    let names = Experiments.all.map { $0.name }
    for name in only where !names.contains(name) {
      throw ValidationError("--only \(name): there are \(names.joined(separator: ", "))")
    }
    guard images >= 10 else { throw ValidationError("--images \(images): expected at least 10, one a class") }
  }

  func run() throws {
    if !tell {
      let engine = try place.engine()
      for type in Experiments.all where only.isEmpty || only.contains(type.name) { try measure(type, on: engine) }
    }
    guard !page.isEmpty else { return }
    let link = URL(fileURLWithPath: output).lastPathComponent
    let made = ExperimentsPage(folder: output, link: link)
    try made.writeCharts()
    try AtomicFile.write(try made.text(), to: page)
    print("wrote \(page)")
  }

  private func measure<E: Experiment>(_ type: E.Type, on engine: Engine) throws {
    let clock = ContinuousClock()
    let begin = clock.now
    // One of its own for each: its record names the networks that this experiment used.
    let laboratory = try Laboratory(
      engine: engine, images: images, output: output, models: models, reference: reference)
    let result = try E.measure(in: laboratory)
    let seconds = (clock.now - begin) / .seconds(1)
    try ExperimentRecord(E.name, result, in: laboratory, seconds: seconds).write(to: output)
    print("\(E.name): \(NumberText.fixed(seconds, 1)) s")
    for claim in E.section(result).claims { print("  \(claim.verdict.rawValue): \(claim.text) (\(claim.evidence))") }
  }
}
