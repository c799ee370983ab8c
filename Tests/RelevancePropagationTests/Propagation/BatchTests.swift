import TestDevices
import Testing

@testable import RelevancePropagation

/// An image's relevance is its own: the same bits alone, in company, again, and with other targets beside it.
@Suite struct BatchTests {
  private static let sets = [
    RuleSet(rule: EpsilonRule(Stabilizer(1e-9, relative: 0.25, sign: .positive))),
    RuleSet(rule: AlphaBetaRule(alpha: 2)),
    RuleSet(rule: BoxRule(low: [-1], high: [1])),
  ]

  @Test(
    "an image is explained the same alone and in a batch of 5", arguments: SmallNetwork.all(biased: true, seed: 60),
    sets)
  func company(_ small: SmallNetwork, _ set: RuleSet) throws {
    let rules = set.rules(for: small.network)
    let images = SmallNetwork.images(5, seed: 61)
    let together = try DeviceRun(small.network, rules: rules, images: images)
    for n in 0..<5 {
      let alone = try DeviceRun(small.network, rules: rules, images: .stack([images[n]]))
      expectIdentical(alone.scores[0], together.scores[n], "scores of image \(n)")
      for (name, tensor) in together.relevance.layers {
        expectIdentical(alone.relevance.layers[name]![0], tensor[n], "\(set), R of \(name), image \(n) of \(small)")
      }
      let (a, b) = (alone.relevance.ledger!.layers, together.relevance.ledger!.layers)
      for (one, all) in zip(a, b) {
        #expect(one.incoming[0] == all.incoming[n] && one.outgoing[0] == all.outgoing[n], "ledger of \(one.node)")
        #expect(one.bias[0] == all.bias[n] && one.stabilizer[0] == all.stabilizer[n], "ledger of \(one.node)")
      }
    }
  }

  @Test(
    "a class is explained the same alone and beside others", arguments: SmallNetwork.all(biased: true, seed: 62), sets)
  func targets(_ small: SmallNetwork, _ set: RuleSet) throws {
    let rules = set.rules(for: small.network)
    let images = SmallNetwork.images(2, seed: 63)
    let scores = try DeviceRun(small.network, rules: rules, images: images).scores
    let classes = [3, 0, 4]
    let start = Target.start([classes, classes].map { $0.map { .logit($0) } }, scores: scores)
    let together = try DeviceRun(small.network, rules: rules, images: images, start: start, targets: 3)
    for (position, target) in classes.enumerated() {
      let one = Target.start([[.logit(target)], [.logit(target)]], scores: scores)
      let alone = try DeviceRun(small.network, rules: rules, images: images, start: one)
      for n in 0..<2 {
        expectIdentical(
          alone.relevance.input[n], together.relevance.input[3 * n + position], "\(set), class \(target), image \(n)")
      }
    }
  }

  @Test("a propagator used again, with fewer images and others before, gives the same")
  func again() throws {
    let network = SmallNetwork.residual(biased: true, seed: 64)
    let set = RuleSet(rule: GammaRule())
    let device = try DeviceNetwork(network, on: TestDevice.engine, batch: 4)
    let propagator = try Propagator(device, rules: RuleTable(set.rules(for: network), for: network))
    func explain(_ images: Tensor) throws -> Tensor {
      let trace = try device.forward(images)
      return try propagator.propagate(trace, from: trace.scores()).input
    }
    let images = SmallNetwork.images(4, seed: 65)
    let first = try explain(images)
    expectIdentical(try explain(images), first, "twice in a row")
    _ = try explain(SmallNetwork.images(4, seed: 66))
    let fewer = try explain(.stack([images[2], images[1]]))
    expectIdentical(fewer[0], first[2], "image 2 as the first of two")
    expectIdentical(fewer[1], first[1], "image 1 as the second of two")
  }

  @Test("where no factors are carried, what is kept and whether the ledger is counted changes no number")
  func keeping() throws {
    let network = SmallNetwork.concatenation(biased: true, seed: 67)
    let table = try RuleTable(RuleSet(rule: AlphaBetaRule(alpha: 2)).rules(for: network), for: network)
    let device = try DeviceNetwork(network, on: TestDevice.engine, batch: 2)
    let trace = try device.forward(SmallNetwork.images(2, seed: 68))
    let choices: [PropagationOptions] = [
      .init(keeping: .inputOnly, ledger: false), .init(keeping: .all, ledger: true),
      .init(keeping: .nodes(["left", "relu0"]), ledger: false),
    ]
    let found = try choices.map {
      try Propagator(device, rules: table, options: $0).propagate(trace, from: trace.scores())
    }
    for other in found.dropFirst() { expectIdentical(other.input, found[0].input, "relevance at the input") }
    #expect(found[0].layers.isEmpty && found[0].ledger == nil)
    #expect(Set(found[1].layers.keys) == Set(network.nodes.map(\.name) + ["input"]))
    #expect(Set(found[2].layers.keys) == ["left", "relu0"])
    for name in ["left", "relu0"] { expectIdentical(found[2].layers[name]!, found[1].layers[name]!, "R of \(name)") }
  }
}
