import Compute
import Foundation
import TestDevices
import Testing

@testable import RelevancePropagation

/// Every way of a CPU's and a GPU's kernels against the plain ones, on networks that nobody chose.
///
/// `RELPROP_RANDOM_NETWORKS=first:count` tries others: seeds that failed belong into `seeds`.
@Suite struct RandomNetworkTests {
  private static let engines: [(name: String, engine: Engine)] =
    [
      ("fast", TestDevice.cpu(precision: .fast)), ("gpu", TestDevice.gpu),
    ] + ConvolutionChoice.allCases.map { ($0.rawValue, TestDevice.cpu(convolutions: $0)) }

  private static let seeds: [UInt64] = {
    let asked = ProcessInfo.processInfo.environment["RELPROP_RANDOM_NETWORKS"] ?? ""
    let numbers = asked.split(separator: ":").compactMap { UInt64($0) }
    return numbers.count == 2 ? Array(numbers[0]..<numbers[0] + numbers[1]) : Array(1...6)
  }()

  @Test("scores and z⁺ relevance are those of the plain kernels", arguments: seeds)
  func agree(_ seed: UInt64) throws {
    let random = try RandomNetwork(seed: seed)
    let network = random.network
    // Winners of nearly the same size may change with the rounding: a seed that fails by a few pixels alone shows that.
    let pooling: any Rule = seed % 2 == 0 ? WinnerTakesAllRule() : EpsilonRule(.tutorial)
    let table = try RuleSet(rule: ZPlusRule()).table(for: network, pooling: pooling)
    var numbers = SplitMix64(seed: seed &+ 1 << 32)
    let images = Tensor(
      shape: Shape([random.batch] + network.inputShape.extents),
      scalars: numbers.units(random.batch * network.inputShape.count))
    let kinds = (0..<random.batch).map { image in
      (0..<random.targets).map { Target.logit((image + $0) % network.outputShape.count) }
    }
    func explained(on engine: Engine) throws -> (scores: Tensor, relevance: Tensor) {
      let device = try DeviceNetwork(network, on: engine, batch: random.batch)
      let propagator = try Propagator(device, rules: table, options: .init(targets: random.targets, ledger: false))
      let trace = try device.forward(images)
      let scores = try trace.scores()
      return (scores, try propagator.propagate(trace, from: Target.start(kinds, scores: scores)).input)
    }
    let expected = try explained(on: TestDevice.plain)
    for (name, engine) in Self.engines {
      let found = try explained(on: engine)
      for (what, found, expected) in [
        ("scores", found.scores, expected.scores), ("relevance", found.relevance, expected.relevance),
      ] {
        expectClose(
          found.scalars, expected.scalars.map(Double.init), tolerance: 5e-5,
          Origin(what: "\(what), \(name), \(random)", shape: expected.shape, seed: seed, filter: "RandomNetworkTests"))
      }
    }
  }
}
