import ArgumentParser
import Compute
import Foundation
import Imaging
import Pipelines
import RelevancePropagation
import Reporting

/// `relprop report`: explanations as a page to read, to print and to hand on.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Explain images and write a page that shows why: heatmaps, composites side by side, ledger, provenance.",
    discussion: """
      relprop report photo.jpg --model vgg16.pth --composite seed,epsilon_plus  one page, report.html
      relprop report photos --model vgg16.pth                                   an index, and a page for every image
      relprop report --from relprop-out                                         the same, of what relprop explain wrote

      A page holds all it shows and needs neither network nor server: open it from the disk, mail it, print it. It shows the \
      image, the heatmap and both together (a slider blends them) for each class and composite, in colours the reader \
      chooses; all composites side by side; the scores; the ledger of every layer; and where the numbers come from. Of \
      several images REPORT.html is an index with small pictures, filters and an order, and each image has its page in \
      REPORT.pages; --single-file puts them all into one page instead.

      Without --model the embedded demo network explains. With --from nothing is computed: the photographs are read from where \
      they were; what the folders hold of one image comes together, so that composites explained into several folders stand \
      side by side. An evaluation.json that relprop evaluate wrote, in such a folder or beside the report, is shown too.
      """)

  @OptionGroup(title: "Images") var imageOptions: ImageOptions

  @Option(
    help: ArgumentHelp(
      "A folder with results of relprop explain, to show these instead; give it again for more.", valueName: "folder"))
  var from: [String] = []

  @Option(
    help: ArgumentHelp(
      "The network: PyTorch .pth (a VGG's state dict), safetensors, or ONNX. Default: the embedded demo network.",
      valueName: "file"))
  var model: String?

  @OptionGroup(title: "Network") var reading: ReadingOptions

  @OptionGroup(title: "What is explained (default: the three highest classes)") var targetOptions: TargetOptions

  @Option(
    help: ArgumentHelp(
      "Composites to show side by side, separated by commas (seed); relprop rules lists them. Parameters behind a colon: "
        + "seed,epsilon_gamma_box:gamma=0.5.", valueName: "composites"))
  var composite: [String] = []

  @Option(
    help: ArgumentHelp(
      "Baselines beside them: \(AttributionMethods.all.map { $0.name }.joined(separator: ", ")).",
      valueName: "methods"))
  var baseline: [String] = []

  @Option(
    help: ArgumentHelp(
      "Whose conventions hold where nothing is said: \(Profile.all.map(\.name).joined(separator: ", ")).",
      valueName: "package"))
  var profile: String?

  @OptionGroup(title: "Pictures") var pictureOptions: PictureOptions

  @Option(help: ArgumentHelp("The page; an earlier report there is replaced.", valueName: "page.html"))
  var output = "report.html"

  @Flag(help: "One page for all images, instead of an index.")
  var singleFile = false

  @Option(help: ArgumentHelp("The report's title.", valueName: "text"))
  var title: String?

  @Option(help: ArgumentHelp("An evaluation.json of relprop evaluate to show with it.", valueName: "file"))
  var evaluation: String?

  @Option(
    help: ArgumentHelp("Images explained at once. Default: what memory and device suggest.", valueName: "number"))
  var batch: Int?

  @OptionGroup(title: "Device") var deviceOptions: DeviceOptions

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch \(batch): expected at least 1") }
    guard !from.isEmpty else { return }
    let stray: [(String, Bool)] = [
      ("images", !imageOptions.images.isEmpty), ("--list", imageOptions.list != nil), ("--model", model != nil),
      ("options of the network", reading.areGiven), ("what is explained", targetOptions.areGiven),
      ("--composite", !composite.isEmpty), ("--baseline", !baseline.isEmpty), ("--profile", profile != nil),
    ]
    if let (name, _) = stray.first(where: \.1) {
      throw ValidationError("--from shows what was explained before; leave out \(name)")
    }
  }

  func run() throws {
    let drawer = ReportDrawer(colors: try pictureOptions.colors(), normalization: try pictureOptions.normalization())
    let evaluation = try EvaluationFile.find(evaluation, in: from + [(output as NSString).deletingLastPathComponent])
    if let evaluation { print("shows    \(evaluation.path)") }
    let run = try from.isEmpty ? explaining(drawer) : showing(drawer)
    try run.finish(evaluation?.evaluation)
  }

  /// The results of earlier commands.
  private func showing(_ drawer: ReportDrawer) throws -> ReportRun {
    let groups = try ResultFolder(from).groups
    let names = groups.map { ($0.name as NSString).deletingPathExtension }
    let pages = try ReportPages(
      ReportOutput(output, names: names, isSingle: singleFile), drawer: drawer, names: groups.map(\.name),
      paths: groups.map(\.path), title: title)
    return try ReportRun(pages) { pipeline, isStopped, deliver in
      try pipeline(1).run(
        Array(groups.enumerated()), isStopped: isStopped,
        prepare: { number, group in
          let material = Result { try ResultReader.material(group) }
          return ReadResults(number: number, material: material, bytes: (try? material.get())?.bytes ?? 0)
        }, process: { $0 }, finish: { try pages.write($0.number, $0.material) }, deliver: deliver)
    }
  }
}

/// An image's results on their way to its page.
private struct ReadResults: Weighted {
  var number: Int
  var material: Result<ReportMaterial, any Error>
  var bytes: Int
}
