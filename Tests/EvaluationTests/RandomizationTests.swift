import TestDevices
import Testing

@testable import Evaluation
@testable import RelevancePropagation

/// Networks whose layers are randomised, and what becomes of their explanations.
@Suite struct RandomizationTests {
  private func weights(_ network: Network) -> [String: [Float]] {
    Dictionary(
      uniqueKeysWithValues: network.nodes.compactMap { node in
        node.layer.parameters.first { $0.name == "weight" }.map { (node.name, $0.tensor.scalars) }
      })
  }

  @Test("cascading randomises from the output on, independent one layer alone; sizes of weights stay")
  func layers() throws {
    let network = try TestNetwork.chain.network.canonized()
    let names = WeightRandomization.layers(of: network)
    #expect(names == ["fc5", "fc4", "conv3", "conv2", "conv1"])
    let own = weights(network)
    for mode in WeightRandomization.Mode.allCases {
      for step in names.indices {
        let changed = weights(try WeightRandomization(mode, seed: 3).network(network, step: step))
        let different = names.filter { changed[$0] != own[$0] }
        #expect(different == (mode == .cascading ? Array(names[...step]) : [names[step]]), "\(mode), step \(step)")
        for name in different {
          func deviation(_ values: [Float]) -> Double {
            let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
            return (values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count))
              .squareRoot()
          }
          #expect(abs(deviation(changed[name]!) / deviation(own[name]!) - 1) < 0.25, "\(name)")
        }
      }
    }
    let again = try WeightRandomization(.independent, seed: 3).network(network, step: 1)
    #expect(weights(again) == weights(try WeightRandomization(.independent, seed: 3).network(network, step: 1)))
    #expect(weights(again) != weights(try WeightRandomization(.independent, seed: 4).network(network, step: 1)))
    // One layer's numbers are the same whichever layers go with it.
    #expect(
      weights(again)["fc4"] == weights(try WeightRandomization(.cascading, seed: 3).network(network, step: 4))["fc4"])
  }

  @Test("correlations are those of maps made one by one, layer by layer")
  func correlations() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let images = test.images(3, seed: 7)
    let method = Method.composite(try .named("epsilon_plus"))
    let randomization = WeightRandomization(.cascading, seed: 5)
    var told: [Int] = []
    let steps = try RandomizationRunner(
      randomization, method, of: test.network, low: low, high: high, on: TestDevice.engine, batch: 2
    ).steps(of: images, classes: [0, 1, 2]) { told.append($0) }
    #expect(steps.map(\.layer) == ["fc5", "fc4", "conv3", "conv2", "conv1"])
    #expect(told == [1, 2, 3, 4, 5])
    func maps(_ network: Network) throws -> [RelevanceMap] {
      try MethodRunner(method, of: network, low: low, high: high, on: TestDevice.engine, batch: 1)
        .relevance(of: images, classes: [0, 1, 2]).map { try RelevanceMap($0) }
    }
    let network = try test.network.canonized()
    let own = try maps(network)
    let other = try maps(randomization.network(network, step: 2))
    let expected = try zip(own, other).map { try RankCorrelation.spearman($0.values, $1.values) }
    #expect(steps[2].correlations == expected)
    #expect(expected.allSatisfy { abs($0) < 0.999 })
  }

  @Test("a map that cannot be ranked any more has no correlation; one that never could is an error")
  func undefined() throws {
    // Without a positive score nothing is left: a dense layer of weight 0 behind the image.
    let network = try Network(
      name: "zero", inputShape: [1, 4, 4],
      nodes: [
        .init(name: "flatten", layer: Reshape.flatten, inputs: ["input"]),
        .init(name: "fc", layer: Dense(weight: Tensor(repeating: 0, shape: [2, 16]), bias: nil), inputs: ["flatten"]),
      ], outputName: "fc")
    let image = Tensor(shape: [1, 4, 4], scalars: (0..<16).map { Float($0) })
    let runner = try RandomizationRunner(
      WeightRandomization(.independent), .composite(try .named("zero")), of: network, low: [0], high: [1],
      on: TestDevice.engine)
    let error = #expect(throws: EvaluationError.self) { try runner.steps(of: [image], classes: [0]) }
    #expect(error?.description.contains("every pixel is 0") == true)
  }
}
