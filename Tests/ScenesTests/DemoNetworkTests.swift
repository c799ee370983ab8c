import Compute
import DemoModel
import Foundation
import ModelFormats
import RelevancePropagation
import Scenes
import Testing

/// The demo network on this machine's device, explaining scenes that neither training nor its test has seen.
@Suite struct DemoNetworkTests {
  private static let seed: UInt64 = 4004

  private func model() throws -> LoadedModel {
    let bytes = Array(UnsafeBufferPointer(start: demo_model_bytes(), count: demo_model_size()))
    return try ModelFile.load(bytes: bytes, name: "the demo network")
  }

  private func input(_ scenes: [Scene], _ preprocessing: Preprocessing) -> Tensor {
    let size = Scene.networkSize
    let scalars = scenes.flatMap { scene in
      (0..<3).flatMap { channel in
        let (mean, deviation) = (preprocessing.mean[channel], preprocessing.deviation[channel])
        return (0..<size * size).map {
          Float((Double(scene.image[$0 * 3 + channel]) * preprocessing.scale - mean) / deviation)
        }
      }
    }
    return Tensor(shape: [scenes.count, 3, size, size], scalars: scalars)
  }

  @Test("The file says what the network needs to know: input, labels, preprocessing")
  func selfContained() throws {
    let model = try model()
    #expect(model.network.inputShape == [3, 96, 96])
    #expect(model.labels == SceneClass.allCases.map(\.label))
    #expect(model.preprocessing.channelOrder == .rgb)
    #expect(model.preprocessing.mean == Preprocessing.torchvision.mean)
    #expect(model.preprocessing.fitting == .stretch)
  }

  @Test("It recognises fresh scenes, and its positive relevance lies on their subjects")
  func looksAtTheSubject() throws {
    let model = try model()
    let choice = try DeviceChoice.choose(
      nil, environment: ProcessInfo.processInfo.environment, among: Device.all())
    let engine = try Engine(device: choice.device)
    let network = try model.network.canonized()
    let device = try DeviceNetwork(network, on: engine, batch: 10)
    let composite = try Preset.named("epsilon_gamma_box").composite(
      for: network, low: model.preprocessing.low, high: model.preprocessing.high)
    let propagator = try Propagator(device, rules: composite.resolve(for: network), options: .init(ledger: false))

    let set = try SceneSet(count: 20, seed: Self.seed)
    var right = 0
    var shares: [Double] = []
    for first in stride(from: 0, to: set.count, by: 10) {
      let scenes = try (first..<first + 10).map(set.scene(at:))
      let trace = try device.forward(input(scenes, model.preprocessing))
      let scores = try trace.scores()
      let targets = scenes.map { [Target.logit($0.subject.index)] }
      let relevance = try propagator.propagate(trace, from: Target.start(targets, scores: scores)).input
      for (image, scene) in scenes.enumerated() {
        let values = scores[image].scalars
        if values.firstIndex(of: values.max()!) == scene.subject.index { right += 1 }
        let colours = relevance[image].scalars
        let plane = scene.mask.count
        let sum = (0..<plane).map { pixel -> Float in
          colours[pixel] + colours[plane + pixel] + colours[2 * plane + pixel]
        }
        if let share = scene.shareInside(ofPositive: sum) { shares.append(share) }
      }
    }
    #expect(right >= 18, "\(right) of \(set.count) right, seed \(Self.seed)")
    // The masks cover a tenth of the pictures on average.
    let mean = shares.reduce(0, +) / Double(shares.count)
    #expect(mean > 0.6, "\(mean) of the positive relevance inside the mask, seed \(Self.seed)")
  }
}
