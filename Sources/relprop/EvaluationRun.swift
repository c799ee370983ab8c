import ArgumentParser
import Compute
import Evaluation
import Foundation
import Imaging
import Pipelines
import RelevancePropagation

/// Computes what an evaluation lacks: method after method, so that one network and its modified weights are in memory at a time.
struct EvaluationRun {
  let setup: EvaluationSetup
  let engine: Engine
  let output: String
  let log: EvaluationLog
  private(set) var failures: [EvaluationReport.Failure] = []
  private let progress = Progress()
  private let batch: Int
  /// Images explained in one pass.
  private let explained: Int

  /// Perturbed images in one pass: more fill a device no better, and the early layers' activations leave the caches anyway.
  private static let most = 128
  /// Bytes of activations.
  private static let memory = 2 << 30

  init(setup: EvaluationSetup, engine: Engine, batch: Int?, output: String, log: EvaluationLog) throws {
    (self.setup, self.engine, self.output, self.log) = (setup, engine, output, log)
    let weights = DeviceNetwork.bytes(of: setup.network, batch: 1, on: engine)
    let each = max(DeviceNetwork.bytes(of: setup.network, batch: 2, on: engine) - weights, 1)
    let room = engine.device.globalMemory == 0 ? Self.memory : min(Self.memory, engine.device.globalMemory / 4)
    self.batch = batch ?? min(max(room / each, 1), Self.most)
    explained = min(self.batch, engine.device.kind == .cpu ? 8 : 32)
  }

  /// - Parameter open: every method's images that have no scores yet.
  mutating func evaluate(_ open: [[EvaluationJob]]) throws {
    let total = open.reduce(0) { $0 + $1.count }
    guard total > 0 else { return }
    let evaluator = try Evaluator(
      setup.plan, of: setup.network, low: setup.choice.preprocessing.low, high: setup.choice.preprocessing.high,
      on: engine, batch: batch)
    progress.count(to: total)
    for (method, jobs) in zip(setup.methods, open) where !jobs.isEmpty && StopSignal.number == nil {
      try evaluate(method, jobs, evaluator)
    }
    progress.finish()
  }

  private mutating func evaluate(_ method: EvaluatedMethod, _ jobs: [EvaluationJob], _ evaluator: Evaluator) throws {
    let (low, high) = (setup.choice.preprocessing.low, setup.choice.preprocessing.high)
    let runner = try method.base.map {
      try MethodRunner($0, of: setup.network, low: low, high: high, on: engine, batch: explained)
    }
    let continuity = try runner.flatMap { runner in
      method.explains && setup.plan.shifts.count > 1
        ? try ContinuityRunner(runner, shifts: setup.plan.shifts) : nil
    }
    let stage = EvaluationStage(
      method: method, runner: runner, evaluator: evaluator, continuity: continuity, fixedClass: setup.fixedClass)
    let reading = EvaluationReading(
      preprocessor: try Preprocessor(setup.choice.preprocessing, inputShape: setup.network.inputShape),
      masks: setup.masks)
    let begin = ContinuousClock.now
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let pipeline = Pipeline(batch: min(batch, jobs.count), preparing: min(max(cores / 2, 1), 8), finishing: 1)
    var failed: [EvaluationReport.Failure] = []
    let done = try pipeline.run(
      jobs, isStopped: { StopSignal.number != nil }, prepare: { reading.read($0) },
      process: { images in
        let evaluated = try stage.evaluate(images)
        for job in evaluated {
          switch job.result {
          case .success(let result):
            try log.append(
              .init(
                key: job.job.key, image: job.job.image.path, method: method.label, target: job.target,
                result: result.rounded))
          case .failure(let error): failed.append(Self.failure(job.job, method, error))
          }
        }
        return evaluated
      }, finish: { $0.job.image.path }, deliver: { [progress] _ in progress.advance() })
    failures += failed
    let seconds = String(format: "%.1f s", (ContinuousClock.now - begin) / .seconds(1))
    progress.interrupt {
      print("\(method.label): \(done) image(s) in \(seconds)")
      fflush(nil)
    }
  }

  private static func failure(
    _ job: EvaluationJob, _ method: EvaluatedMethod, _ error: any Error
  ) -> EvaluationReport.Failure {
    // What is wrong with a map is its method's; with a file, nobody's.
    let isMaps = error is EvaluationError || error is AttributionError || error is RelevanceError
    return .init(image: job.image.path, method: isMaps ? method.label : nil, reason: "\(error)")
  }

  // MARK: randomised weights

  /// Correlations of the methods' maps with those of randomised networks.
  mutating func randomize(
    _ randomizations: [WeightRandomization], images: [ImageFiles.Found]
  ) throws -> [RandomizationReport] {
    var reports: [RandomizationReport] = []
    for randomization in randomizations {
      for method in setup.methods where method.explains && StopSignal.number == nil {
        let path = "\(output)/randomization-\(try setup.key(method, randomization, images).prefix(16)).json"
        if let data = FileManager.default.contents(atPath: path),
          let known = try? JSONDecoder().decode(RandomizationReport.self, from: data)
        {
          reports.append(known)
          continue
        }
        guard let report = try randomized(method, randomization, images) else { continue }
        try AtomicFile.write([UInt8](JSONEncoder().encode(report)), to: path)
        reports.append(report)
      }
    }
    return reports
  }

  /// Nil where a signal stopped it, and where the method has no map to compare with.
  private mutating func randomized(
    _ method: EvaluatedMethod, _ randomization: WeightRandomization, _ images: [ImageFiles.Found]
  ) throws -> RandomizationReport? {
    let (low, high) = (setup.choice.preprocessing.low, setup.choice.preprocessing.high)
    let preprocessor = try Preprocessor(setup.choice.preprocessing, inputShape: setup.network.inputShape)
    let tensors = images.compactMap { try? preprocessor.input(Photograph(path: $0.path)).tensor }
    guard !tensors.isEmpty, let base = method.base else { return nil }
    let scores = try RemovalRunner(setup.network, low: low, high: high, on: engine, batch: explained).scores(tensors)
    let layers = WeightRandomization.layers(of: setup.network).count
    let name = "\(method.label), \(randomization.mode.rawValue) randomisation"
    progress.update(name)
    struct Stop: Error {}
    do {
      let steps = try RandomizationRunner(
        randomization, base, of: setup.network, low: low, high: high, on: engine, batch: explained
      ).steps(of: tensors, classes: scores.map { setup.fixedClass ?? $0.topClass }) { [progress] done in
        progress.update("\(name): layer \(done) of \(layers)")
        if StopSignal.number != nil { throw Stop() }
      }
      progress.finish()
      return RandomizationReport(
        method: method.label, mode: randomization.mode.rawValue,
        layers: steps.map { step in
          var statistics = RunningStatistics()
          for value in step.correlations.compactMap(\.self) { statistics.add(value) }
          let isThere = statistics.count > 0
          return .init(
            layer: step.layer, images: statistics.count, undefined: step.correlations.count - statistics.count,
            mean: isThere ? statistics.mean : nil, deviation: isThere ? statistics.deviation : nil)
        })
    } catch is Stop {
      return nil
    } catch let error as EvaluationError {
      failures.append(.init(image: "\(images.count) images", method: name, reason: error.description))
      return nil
    }
  }

  // MARK: the end

  func requireNoStop() throws {
    guard let signal = StopSignal.number else { return }
    ExplainConsole.error(
      "stopped by \(StopSignal.name); what is done is kept, and the same command goes on with the rest")
    throw ExitCode(128 + signal)
  }

  func write(_ report: EvaluationReport, _ tables: EvaluationTables, _ randomized: [RandomizationReport]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    for (name, picture) in tables.pictures + RandomizationPicture.pictures(randomized) {
      try AtomicFile.write(picture.text, to: "\(output)/\(name)")
    }
    try AtomicFile.write(tables.markdown + RandomizationPicture.markdown(randomized), to: output + "/evaluation.md")
    try AtomicFile.write(tables.csv, to: output + "/evaluation.csv")
    try AtomicFile.write([UInt8](encoder.encode(report)), to: output + "/evaluation.json")
  }

  /// Names what failed.
  func conclude(pairs: Int) throws {
    guard !failures.isEmpty else { return }
    // A bad image fails for every method alike.
    var told: Set<EvaluationReport.Failure> = []
    let distinct = failures.filter { told.insert($0).inserted }
    ExplainConsole.error("\(failures.count) of \(pairs) maps could not be judged:")
    for failure in distinct {
      let reason = failure.reason.contains(failure.image) ? failure.reason : "\(failure.image): \(failure.reason)"
      ExplainConsole.error("  " + (failure.method.map { "\($0): " } ?? "") + reason, prefix: "")
    }
    throw ExitCode.failure
  }
}

extension EvaluationResult {
  /// Curves with seven digits: they are most of a line, and the network rounds worse.
  fileprivate var rounded: EvaluationResult {
    func short(_ values: [Double]) -> [Double] { values.map { Double(String(format: "%.7g", $0)) ?? $0 } }
    var result = self
    result.curves = curves.mapValues { .init(logits: short($0.logits), probabilities: short($0.probabilities)) }
    return result
  }
}
