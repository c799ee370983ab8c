import ArgumentParser
import Compute
import Evaluation
import Foundation
import Imaging
import Pipelines
import RelevancePropagation

/// `relprop evaluate`: which explanation is any good, by numbers.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score explanations: composites and baselines side by side over a folder of images.",
    discussion: """
      Every method explains every image, and its map is judged: does the score fall when what is relevant is removed, does \
      relevance lie on the thing (NAME_mask.png beside an image, or --boxes), do moved images have similar maps, how few \
      pixels are named. Written are evaluation.md, evaluation.csv and evaluation.json (mean, deviation, rank of every score and \
      method; how it was made), a picture of every curve, and results.jsonl (every image's scores, a line each as they come).

      A run that was stopped goes on where it was; a pair of image and method that is there, made from the same files with the \
      same settings, is not computed again. What cannot be judged is named in the end and does not stop the others. The status \
      is 0 where everything was judged, 1 where something failed, 128 plus the signal's number after SIGINT or SIGTERM.
      """)

  @OptionGroup(title: "Images") var imageOptions: ImageOptions
  @OptionGroup(title: "Network") var modelOptions: ModelOptions
  @OptionGroup(title: "Methods and scores") var options: EvaluationOptions

  @Option(help: ArgumentHelp("Folder for the results; made if it does not exist.", valueName: "folder"))
  var output = "relprop-evaluation"

  @Flag(help: "Throw away earlier results and begin anew.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Perturbed images computed at once. Default: what memory allows. The scores are the same, to the bit.",
      valueName: "number"))
  var batch: Int?

  @OptionGroup(title: "Device") var deviceOptions: DeviceOptions

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch \(batch): expected at least 1") }
  }

  func run() throws {
    let images = MaskFiles.withoutMasks(try imageOptions.files())
    let choice = try modelOptions.load()
    let network = try choice.model.network.canonized()
    let setup = EvaluationSetup(
      choice: choice, network: network, plan: try options.plan(for: network.inputShape),
      methods: try options.evaluated(black: choice.preprocessing.low),
      masks: try MaskFiles(
        boxes: options.boxes, isOff: options.noMasks, choice.preprocessing, inputShape: network.inputShape),
      fixedClass: try options.classText.map { try ClassChoice.index(of: $0, among: choice.labels) },
      seed: options.seed, precision: deviceOptions.precision.rawValue)
    let folder = try OutputFolder(output)
    for line in ModelText.lines(choice) { print(line) }
    fflush(nil)

    let log = try EvaluationLog(path: folder.path + "/results.jsonl", isNew: overwrite)
    let jobs = try setup.jobs(images)
    let open = setup.methods.indices.map { method in
      jobs[method].filter { !log.contains(key: $0.key, method: setup.methods[method].label) }
    }
    let randomizations = try options.randomizations
    var run = try EvaluationRun(
      setup: setup, engine: try deviceOptions.engine(), batch: batch, output: folder.path, log: log)
    let before = jobs.reduce(0) { $0 + $1.count } - open.reduce(0) { $0 + $1.count }
    if before > 0 { print("\(before) of \(before + open.reduce(0) { $0 + $1.count }) scores were there before") }
    StopSignal.begin()
    try run.evaluate(open)
    let randomized = try run.randomize(
      randomizations, images: Array(images.prefix(options.randomizationImages)))
    try run.requireNoStop()

    let summary = try setup.summary(jobs, log)
    let report = try EvaluationReport(
      command: CommandText(CommandLine.arguments, images: imageOptions.images).arguments(
        for: imageOptions.images.first ?? ""),
      model: setup.model(), preprocessing: choice.preprocessing, device: .init(run.engine), seed: options.seed,
      explained: setup.fixedClass.map { choice.labels[$0] } ?? "top", plan: setup.plan,
      images: .init(count: images.count, withMask: summary.imagesWithMask, names: images.map(\.name)),
      methods: summary.methods, scores: EvaluationReport.scores(summary), overall: EvaluationReport.overall(summary),
      curves: EvaluationReport.curves(summary), randomization: randomized, failures: run.failures)
    try run.write(report, EvaluationTables(summary: summary), randomized)
    for line in EvaluationTables(summary: summary).lines { print(line) }
    print("wrote \(folder.path)/evaluation.{md,csv,json}, curves and results.jsonl")
    fflush(nil)
    try run.conclude(pairs: jobs.reduce(0) { $0 + $1.count })
  }
}
