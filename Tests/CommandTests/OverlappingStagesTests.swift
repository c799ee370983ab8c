import Compute
import Foundation
import ModelFormats
import Pipelines
import RelevancePropagation
import Testing

@testable import Imaging
@testable import relprop

/// The command's stages with batches that go up while others are computed, as on a device with memory of its own.
@Suite struct OverlappingStagesTests {
  private static func input(_ tensor: Tensor, like input: Preprocessor.Input) -> Preprocessor.Input {
    Preprocessor.Input(tensor: tensor, framing: input.framing, surroundings: nil)
  }

  @Test("every image has its own relevance, and one whose scores are not finite fails alone", arguments: [false, true])
  func stages(_ overlapping: Bool) throws {
    let scenes = try ScenesFolder(count: 6)
    let choice = try ModelFile.load(path: Repository.model)
    let network = try choice.network.canonized()
    let device = try DeviceChoice.choose(nil, environment: ProcessInfo.processInfo.environment, among: Device.all())
      .device
    let preset = try Preset.named("seed")
    let preprocessing = choice.preprocessing
    let options = try TargetOptions.parse([])
    let labels = (0..<network.outputShape.count).map { "\($0)" }
    let targets: TargetOptions.Choice = try options.choice(labels: labels, network: network)
    #expect(targets.topClass == .logit && targets.fixed == nil)
    let method = try ExplanationMethod(
      network, preprocessing, preset: preset, baseline: nil, translation: nil, targets: targets, keeping: .inputOnly,
      batch: 2, overlapping: overlapping, engine: Engine(device: device))
    #expect(method.overlaps == overlapping)
    let stage = ExplainingStage(method: method, targets: targets)
    let preprocessor = try Preprocessor(preprocessing, inputShape: network.inputShape)
    // The seventh image cannot be read, the fourth is not finite.
    let jobs = scenes.images.map { ImageJob(path: $0, stem: $0) } + [ImageJob(path: "/nowhere.png", stem: "nowhere")]
    let reading = ReadingStage(preprocessor: preprocessor, settings: "", margin: Extent(0))
    let found = Results()
    let count = try Pipeline(batch: 2, preparing: 1, finishing: 1, overlapping: method.overlaps).run(
      jobs,
      prepare: { job in
        var image = reading.read(job)
        if job.path == jobs[3].path, case .success(var read) = image.content {
          read.input = Self.input(Tensor(repeating: .nan, shape: read.input.tensor.shape), like: read.input)
          image.content = .success(read)
        }
        return image
      },
      begin: { try stage.begin($0) },
      finish: { (image: StagedImage<ExplainedImage>) in
        image.content.map { $0.explanations[0].explanation.relevance.scalars }
      }, deliver: { found.append($0) })
    #expect(count == 7)
    let alone = try jobs.prefix(6).enumerated().filter { $0.offset != 3 }.map { _, job in
      try stage.explain([reading.read(job)])[0].content.get().explanations[0].explanation.relevance.scalars
    }
    let good = [0, 1, 2, 4, 5].map { found.all[$0] }
    #expect(try good.map { try $0.get() } == alone)
    #expect(throws: ScoresError.self) { try found.all[3].get() }
    #expect(throws: (any Error).self) { try found.all[6].get() }
  }
}

/// What was delivered, in order.
private final class Results: @unchecked Sendable {
  // Why unchecked: the pipeline delivers one result at a time, and is done before they are read.
  var all: [Result<[Float], any Error>] = []
  func append(_ result: Result<[Float], any Error>) { all.append(result) }
}
