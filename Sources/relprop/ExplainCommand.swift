import ArgumentParser
import Compute
import Foundation
import Imaging
import Pipelines
import RelevancePropagation

/// `relprop explain`: which pixels made the network decide.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain what a network saw in photographs: heatmap, overlay, raw relevance and a report for each.",
    discussion: """
      For every image NAME.heatmap.png, NAME.overlay.png, NAME.relevance.npy ([C, H, W], float32) and NAME.json are \
      written. Red counts for the class, blue against it. The ledger tells how much relevance enters and leaves every \
      layer, and what biases, stabilizers and filters keep. Several targets of an image share its forward pass; each \
      writes its own files.

      Images are read, explained in batches, and written at the same time. An image whose results are there already, \
      made from the same file with the same settings, is skipped; one that cannot be explained is named in the end, and \
      the others go on. The status is 0 where all images have their results, 1 where some failed, and 128 plus the \
      signal's number after SIGINT or SIGTERM, which leave whole results only: the same command goes on from there.
      """)

  @OptionGroup(title: "Images") var imageOptions: ImageOptions

  @OptionGroup(title: "Network") var modelOptions: ModelOptions

  @OptionGroup(title: "What is explained") var targetOptions: TargetOptions

  @OptionGroup(title: "Method") var methodOptions: MethodOptions

  @OptionGroup(title: "Rules") var compositeOptions: CompositeOptions

  @OptionGroup(title: "Translation averaging") var translationOptions: TranslationOptions

  @OptionGroup(title: "Between input and output") var layerOptions: LayerOptions

  @OptionGroup(title: "Pictures") var pictureOptions: PictureOptions

  @OptionGroup(title: "Results and progress") var runOptions: RunOptions

  @OptionGroup(title: "Device") var deviceOptions: DeviceOptions

  func run() throws {
    let preset = try compositeOptions.preset()
    let colors = try pictureOptions.colors()
    let normalization = try pictureOptions.normalization()
    let translation = try translationOptions.choice()
    let images = try imageOptions.files()
    let detail = runOptions.detail(images: images.count)
    let progress = Progress()

    let choice = try modelOptions.load()
    let network = try choice.model.network.canonized()
    let targets = try targetOptions.choice(
      labels: choice.labels, network: network, usual: preset.start == .one ? { .one($0) } : { .logit($0) })
    let baseline = try methodOptions.baseline(for: network, black: choice.preprocessing.low)
    let keeping = try layerOptions.keeping(of: network)
    try TranslationOptions.check(translation, for: network, baseline: baseline, keeping: keeping)
    let rules =
      baseline == nil
      ? try preset.composite(for: network, low: choice.preprocessing.low, high: choice.preprocessing.high)
        .resolve(for: network) : nil
    var folder = try OutputFolder(runOptions.output)
    let jobs = images.map { ImageJob(path: $0.path, stem: folder.stem(named: $0.name)) }
    for line in ModelText.lines(choice) { print(line) }
    fflush(nil)  // a reader at the other end of a pipe sees this before any error

    // They hold the model's digest, which is still being computed: asked for only where something may be done already.
    func settings() throws -> String {
      try self.settings(
        choice, network, rules: rules, baseline: baseline, translation: translation, start: preset.start
      ).digest()
    }
    let suffix = baseline.map { ".\(type(of: $0).name)" } ?? ""
    progress.update("looking for results that are there already")
    let open =
      runOptions.overwrite || folder.wasEmpty
      ? jobs
      : unfinished(jobs, settings: try settings(), targets: targets, suffix: suffix, translation: translation)
    guard !open.isEmpty else {
      progress.finish()
      print("all \(jobs.count) image(s) were explained before, with these settings; --overwrite explains them anew")
      return
    }

    progress.update("compiling kernels")
    let engine = try deviceOptions.engine()
    let batch = batchChoice(
      open.count, network: network, rules: rules, translation: translation, targets: targets.count, keeping: keeping,
      engine: engine)
    if jobs.count > 1 || translation != nil, baseline == nil {
      print("batch    \(batch.batch) because: \(batch.reason)")
    }
    progress.update("uploading weights")
    let method = try ExplanationMethod(
      network, choice.preprocessing, preset: preset, baseline: baseline, translation: translation, targets: targets,
      keeping: keeping, batch: batch.batch, overlapping: Self.overlaps(engine), engine: engine)
    let preprocessor = try Preprocessor(choice.preprocessing, inputShape: network.inputShape)
    let writer = ExplanationWriter(
      choice: choice, network: network, method: method.label, rules: method.rules,
      composite: method.rules == nil ? "" : preset.name, filters: targets.filters, preprocessor: preprocessor,
      colors: colors, normalization: normalization, engine: engine,
      command: CommandText(CommandLine.arguments, images: imageOptions.images))
    let reading = ReadingStage(
      preprocessor: preprocessor, settings: try settings(), margin: translation?.margin ?? Extent(0))
    // Of an only image its copies are counted.
    let copies = open.count == 1 ? translation?.shifts.shifts.count : nil
    let explaining = ExplainingStage(
      method: method, targets: targets, progress: { if copies != nil { progress.advance(by: $0) } })
    let writing = WritingStage(
      writer: writer, layers: layerOptions, saveInput: runOptions.saveInput, suffix: suffix,
      text: ExplanationText(labels: choice.labels, top: runOptions.top, detail: detail))
    let console = ExplainConsole(progress, tellsFailures: jobs.count > 1, countsImages: copies == nil)

    if let copies {
      progress.count(to: copies, of: "copies")
    } else if open.count > 1 {
      progress.count(to: open.count)
    } else {
      progress.update(open[0].path)
    }
    StopSignal.begin()
    let begin = ContinuousClock.now
    let pipeline = RunOptions.pipeline(batch: batch.images, overlapping: method.overlaps)
    let done: Int
    do {
      done = try pipeline.run(
        open, isStopped: { StopSignal.number != nil }, prepare: { reading.read($0) },
        begin: { try explaining.begin($0) }, finish: { try writing.write($0) }, deliver: { console.tell($0) })
    } catch {
      // What stops a run is told last, after what became of the images before it.
      progress.finish()
      if jobs.count > 1 { console.listFailures(images: jobs.count) }
      throw error
    }
    progress.finish()
    try conclude(
      console, images: jobs.count, finishedBefore: jobs.count - open.count, left: open.count - done,
      seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  /// The summary, and the exit status.
  private func conclude(
    _ console: ExplainConsole, images: Int, finishedBefore: Int, left: Int, seconds: Double
  ) throws {
    let failures = console.tally.failures
    if images == 1, let (_, error) = failures.first { throw error }
    if images > RunOptions.few || finishedBefore > 0 {
      console.summarize(
        images: images, finishedBefore: finishedBefore, seconds: seconds, output: runOptions.output)
    }
    console.listFailures(images: images)
    if left > 0, let signal = StopSignal.number {
      ExplainConsole.error("stopped by \(StopSignal.name), \(left) images are left; the same command goes on with them")
      throw ExitCode(128 + signal)
    }
    if !failures.isEmpty { throw ExitCode.failure }
  }

  private func settings(
    _ choice: ModelOptions.Choice, _ network: Network, rules: RuleTable?, baseline: (any AttributionMethod)?,
    translation: TranslationOptions.Choice?, start: Profile.Start
  ) throws -> ExplanationSettings {
    var settings = ExplanationSettings(
      model: try choice.digest.value, inputShape: network.inputShape.extents, labels: choice.labels,
      preprocessing: choice.preprocessing, method: baseline?.label ?? MethodOptions.relevancePropagation,
      rules: rules.map { rules in network.nodes.map { [$0.name, rules[$0.name].label] } } ?? [],
      start: start.rawValue,
      options: [
        "class": targetOptions.classTexts, "classes": try ExplanationSettings.option(targetOptions.classes),
        "target": try ExplanationSettings.option(targetOptions.target), "neuron": targetOptions.neuron,
        "filter": targetOptions.filter, "noise": try ExplanationSettings.option(methodOptions.noise),
        "reference": try ExplanationSettings.option(methodOptions.reference),
        "layers": [layerOptions.saveLayers ?? "", layerOptions.layersFormat.rawValue, "\(layerOptions.alarm)"],
        "pictures": [pictureOptions.colorMap, pictureOptions.range], "saveInput": ["\(runOptions.saveInput)"],
        "precision": [deviceOptions.precision.rawValue],
      ])
    settings.options["translate"] = translation?.settings
    return settings
  }

  /// The images that have not all their results yet.
  private func unfinished(
    _ jobs: [ImageJob], settings: String, targets: TargetOptions.Choice, suffix: String,
    translation: TranslationOptions.Choice?
  ) -> [ImageJob] {
    var finished = FinishedResults(
      settings: settings, suffixes: targets.suffixes.map { FileNames.distinct($0).map { $0 + suffix } },
      count: targets.count,
      endings: ExplanationWriter.endings + (runOptions.saveInput ? [ExplanationWriter.inputEnding] : [])
        + (translation?.variance == true ? ExplanationWriter.varianceEndings : []) + layerOptions.endings)
    return jobs.filter { !finished.contain($0.path, stem: $0.stem) }
  }

  /// Whether the next batch goes up while one is computed, for which the device holds the images of both. Where it computes in
  /// the host's memory nothing travels, and a second input would only cost memory.
  private static func overlaps(_ engine: Engine) -> Bool { !engine.device.sharesHostMemory }

  private func batchChoice(
    _ images: Int, network: Network, rules: RuleTable?, translation: TranslationOptions.Choice?, targets: Int,
    keeping: PropagationOptions.Keeping, engine: Engine
  ) -> BatchChoice {
    guard let rules else { return BatchChoice(baseline: runOptions.batch) }
    let plan = PropagationPlan(network, rules: rules, targets: targets, on: engine)
    let kept = plan.layers.filter { layer in
      switch keeping {
      case .inputOnly: false
      case .all: true
      case .nodes(let names): names.contains(layer.name)
      }
    }
    // Kept relevance cannot share memory with other layers'.
    let keptBytes = kept.reduce(0) { $0 + $1.relevanceBytes }
    let inputs = Self.overlaps(engine) && kept.isEmpty && translation == nil ? 2 : 1
    func bytes(_ batch: Int) -> Int {
      DeviceNetwork.bytes(of: network, batch: batch, on: engine, inputs: inputs) + plan.modifiedWeightBytes
        + batch * (plan.backwardBytes + keptBytes)
    }
    if let translation {
      return BatchChoice(
        requested: runOptions.batch, copies: translation.shifts.shifts.count, images: images, kind: engine.device.kind,
        deviceMemory: engine.device.globalMemory
      ) { bytes($0) + translation.deviceBytes(input: network.inputShape, targets: targets, batch: $0) }
    }
    return BatchChoice(
      requested: runOptions.batch, images: images, kind: engine.device.kind,
      deviceMemory: engine.device.globalMemory,
      hostBytes: kept.reduce(0) { $0 + $1.relevanceBytes + targets * $1.activationBytes }, bytes: bytes)
  }
}
