import Foundation
import Imaging
import ModelFormats
import Scenes
import Testing

@testable import Evaluation
@testable import RelevancePropagation

/// What is known to be wrong ranks last: scores that cannot tell are not worth their name.
@Suite struct WrongMapsTests {
  private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Models/demo/vgg16-scenes.safetensors").standardizedFileURL.path

  /// Scenes of all classes as the demo network reads them, each with its mask and the scene after it.
  private static func images(_ count: Int, _ preprocessor: Preprocessor, _ evaluator: Evaluator) throws -> [EvaluatedImage] {
    let scenes = try SceneSet(count: count, seed: 41)
    let all = try (0..<count).map { try scenes.scene(at: $0) }
    let tensors = try all.map {
      try preprocessor.input(Photograph(width: $0.size, height: $0.size, pixels: $0.image)).tensor
    }
    let classes = try evaluator.scores(tensors).map(\.topClass)
    return try all.indices.map { index in
      let next = (index + 1) % count
      return EvaluatedImage(
        tensors[index], key: UInt64(index), target: classes[index],
        mask: try RelevanceMask(height: 96, width: 96, inside: all[index].mask.map { $0 != 0 }),
        other: .init(tensors[next], target: classes[next]))
    }
  }

  @Test("random maps, maps of another image and the negative of LRP rank behind LRP in every faithfulness score")
  func wrongMaps() throws {
    let model = try ModelFile.load(path: Self.model)
    let (low, high) = (model.preprocessing.low, model.preprocessing.high)
    let network = try model.network.canonized()
    // The command's own plan.
    let plan = EvaluationPlan(
      removals: [RemovalUnit.pixel, .patch(edge: 8)].flatMap { unit in
        [RemovalOrder.mostRelevantFirst, .leastRelevantFirst].map { Removal(unit, $0, .zero, steps: 100) }
      }, selectivityEdge: 8, shifts: [])
    let evaluator = try Evaluator(plan, of: network, low: low, high: high, on: TestDevice.engine, batch: 20)
    let images = try Self.images(
      20, Preprocessor(model.preprocessing, inputShape: network.inputShape), evaluator)

    let right = Method.composite(try .named("seed"))
    let methods: [EvaluatedMethod] = [
      .random(seed: 1), .method(right), .otherImage(right), .negative(right), .method(.composite(try .named("epsilon_plus"))),
    ]
    var summary = EvaluationSummary(
      methods: methods.map(\.label), scores: plan.scores(withMasks: true), removals: plan.removals)
    let runners = try methods.map { method in
      try method.base.map { try MethodRunner($0, of: network, low: low, high: high, on: TestDevice.engine, batch: 10) }
    }
    for (index, method) in methods.enumerated() {
      let maps = try method.maps(of: images, with: runners[index]).map { try $0.get() }
      for result in try evaluator.evaluate(maps, of: images) { summary.add(result, method: index) }
    }
    #expect(summary.methods == ["random", "seed", "other-image of seed", "negative of seed", "epsilon_plus"])
    let faithful = summary.scores.indices.filter { summary.scores[$0].group == .faithfulness }
    // Two of each removal, selectivity, two of the ten-pixel experiment.
    #expect(faithful.count == 11)
    for score in faithful {
      let ranks = summary.ranks(of: score)
      for wrong in [0, 2, 3] {
        for right in [1, 4] {
          #expect(
            ranks[right]! < ranks[wrong]!,
            """
            \(summary.scores[score].name): \(summary.methods[right]) has \(summary.values[right][score].mean), \
            \(summary.methods[wrong]) \(summary.values[wrong][score].mean)
            """)
        }
      }
    }
    let overall = summary.overall(.faithfulness)
    #expect(overall[1]! < 2.5 && overall[0]! > 3 && overall[2]! > 3 && overall[3]! > 3)
    let accuracy = try #require(summary.scores.firstIndex { $0.name == "relevance rank accuracy" })
    #expect(summary.ranks(of: accuracy)[1]! < 2.5)
  }

  @Test("a map without another image to take it from, or that cannot be judged, is that image's own failure")
  func failures() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let method = Method.composite(try .named("epsilon_plus"))
    let runner = try MethodRunner(method, of: test.network, low: low, high: high, on: TestDevice.engine)
    let tensor = test.images(1, seed: 1)[0]
    let image = EvaluatedImage(tensor, key: 1, target: 0)
    #expect(throws: EvaluationError.self) {
      try EvaluatedMethod.otherImage(method).maps(of: [image], with: runner)[0].get()
    }
    // An image of zeros has no relevance under gradient x input.
    let black = EvaluatedImage(Tensor(repeating: 0, shape: tensor.shape), key: 2, target: 0)
    let product = Method.baseline(GradientInputMethod())
    let maps = try EvaluatedMethod.method(product).maps(
      of: [image, black],
      with: MethodRunner(product, of: test.network, low: low, high: high, on: TestDevice.engine))
    #expect((try? maps[0].get()) != nil)
    #expect(throws: EvaluationError.self) { try maps[1].get() }
    let random = try EvaluatedMethod.random(seed: 1).maps(of: [image, black], with: nil).map { try $0.get() }
    #expect(random[0] != random[1])
    #expect(random == (try EvaluatedMethod.random(seed: 1).maps(of: [image, black], with: nil).map { try $0.get() }))
  }
}
