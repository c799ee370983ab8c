import Compute
import Foundation
import Imaging
import Pipelines
import RelevancePropagation

extension ReportCommand {
  /// A method, and what its column is called.
  private struct Method {
    var name: String
    var preset: Preset
    var baseline: (any AttributionMethod)?
  }

  /// Explains the images anew, in batches on the device, while pages of those before are written.
  func explaining(_ drawer: ReportDrawer) throws -> ReportRun {
    let images = try imageOptions.files()
    let paths = images.map(\.path)
    let output = try ReportOutput(self.output, names: images.map(\.name), isSingle: singleFile)
    let choice = try network()
    let network = try choice.model.network.canonized()
    let methods = try methods(network, choice)
    for line in ModelText.lines(choice) { print(line) }
    fflush(nil)
    let pages = try ReportPages(
      output, drawer: drawer, names: ReportNames.distinct(paths), paths: paths, title: title)

    let progress = Progress()
    progress.update("compiling kernels")
    let engine = try deviceOptions.engine()
    let targets = try methods.map { method in
      try chosenTargets(choice, network: network, usual: method.preset.start == .one ? { .one($0) } : { .logit($0) })
    }
    let batch = try batchChoice(images.count, methods, choice, network: network, targets: targets[0].count, engine)
    if images.count > 1 { print("batch    \(batch.batch) because: \(batch.reason)") }
    progress.update("uploading weights")
    let preprocessor = try Preprocessor(choice.preprocessing, inputShape: network.inputShape)
    let command = CommandText(CommandLine.arguments, images: imageOptions.images)
    let made = try zip(methods, targets).map { method, targets in
      let explaining = try ExplanationMethod(
        network, choice.preprocessing, preset: method.preset, baseline: method.baseline, translation: nil,
        targets: targets, keeping: .inputOnly, batch: batch.batch, engine: engine)
      let writer = ExplanationWriter(
        choice: choice, network: network, method: explaining.label, rules: explaining.rules,
        composite: method.baseline == nil ? method.name : "", filters: targets.filters, preprocessor: preprocessor,
        colors: drawer.colors, normalization: drawer.normalization, engine: engine, command: command)
      return (stage: ExplainingStage(method: explaining, targets: targets), writer: writer)
    }
    progress.finish()
    let reading = ReadingStage(preprocessor: preprocessor, settings: "", margin: Extent(0))
    let explaining = MethodsStage(stages: made.map(\.stage))
    let composing = ComposingStage(
      methods: zip(methods, made).map { ($0.name, $1.writer) }, names: pages.names,
      time: ReportProvenance.time(Date()))
    let jobs = images.enumerated().map { ImageJob(path: $1.path, stem: $1.name, number: $0) }
    return try ReportRun(pages) { pipeline, isStopped, deliver in
      try pipeline(batch.images).run(
        jobs, isStopped: isStopped, prepare: { reading.read($0) }, process: { try explaining.explain($0) },
        finish: { image in
          try pages.write(image.job.number, image.content.map { composing.material(image.job, $0) })
        }, deliver: deliver)
    }
  }

  private func network() throws -> ModelOptions.Choice {
    if let model { return try reading.load(model) }
    guard !reading.areGiven else {
      throw CommandError("--labels, --preprocessing and the like belong to a network of yours; name it with --model")
    }
    return try DemoCommand.embeddedModel()
  }

  private func methods(_ network: Network, _ choice: ModelOptions.Choice) throws -> [Method] {
    let profile = try profile.map { try Profile.named($0) }
    var composites = CompositeList.split(composite)
    let baselines = baseline.flatMap { $0.split(separator: ",").map(String.init) }
    if composites.isEmpty, baselines.isEmpty { composites = ["seed"] }
    let usual = try Preset.named("seed")
    let methods =
      try composites.map { Method(name: $0, preset: try .named($0, profile: profile)) }
      + baselines.map { name in
        let known = AttributionMethods.all.map { $0.name }
        guard known.contains(name) else {
          throw CommandError("--baseline \(name): expected \(known.joined(separator: ", "))")
        }
        let baseline = try MethodOptions.parse(["--method", name])
          .baseline(for: network, black: choice.preprocessing.low)
        return Method(name: name, preset: usual, baseline: baseline)
      }
    if let name = methods.map(\.name).first(where: { name in methods.count { $0.name == name } > 1 }) {
      throw CommandError("--composite, --baseline: \(name) is named twice")
    }
    return methods
  }

  /// What was asked for; else the three highest classes.
  private func chosenTargets(
    _ choice: ModelOptions.Choice, network: Network, usual: @escaping (Int) -> Target
  ) throws -> TargetOptions.Choice {
    var options = targetOptions
    if options.choosesByDefault { options.classes = "top:\(min(3, choice.labels.count))" }
    return try options.choice(labels: choice.labels, network: network, usual: usual)
  }

  private func batchChoice(
    _ images: Int, _ methods: [Method], _ choice: ModelOptions.Choice, network: Network, targets: Int, _ engine: Engine
  ) throws -> BatchChoice {
    let plans = try methods.filter { $0.baseline == nil }.map { method in
      PropagationPlan(
        network,
        rules: try method.preset.composite(
          for: network, low: choice.preprocessing.low, high: choice.preprocessing.high
        ).resolve(for: network), targets: targets, on: engine)
    }
    guard !plans.isEmpty else { return BatchChoice(baseline: batch) }
    // Every method has the network and its relevance on the device.
    return BatchChoice(
      requested: batch, images: images, kind: engine.device.kind, deviceMemory: engine.device.globalMemory, hostBytes: 0
    ) { batch in
      plans.reduce(0) { sum, plan in
        sum + DeviceNetwork.bytes(of: network, batch: batch, on: engine) + plan.modifiedWeightBytes
          + batch * plan.backwardBytes
      }
    }
  }
}
