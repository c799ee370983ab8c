import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Targets that the device chooses are those the host chooses, to the bit.
@Suite struct TargetChoiceTests {
  /// Start relevance by the kernel, `[N, K]`.
  private func start(_ scores: [[Float]], _ start: ClassStart, on engine: Engine) throws -> [[Float]] {
    let count = scores[0].count
    let z = try Buffer(scores.flatMap { $0 }, on: engine.queue)
    let guarded = try Buffer([Float](repeating: -7, count: (scores.count + 1) * count), on: engine.queue)
    try start.write(z, count: count, images: scores.count, into: guarded, on: engine)
    let found = try engine.queue.read(guarded, count: guarded.count)
    #expect(found[(scores.count * count)...].allSatisfy { $0 == -7 }, "behind the end")
    return (0..<scores.count).map { Array(found[$0 * count..<($0 + 1) * count]) }
  }

  private static let scores: [[[Float]]] = {
    var random = SplitMix64(seed: 301)
    let sizes = [1, 2, 5, 63, 64, 65, 130, 1000].map { count in
      (0..<3).map { _ in (0..<count).map { _ in Float.random(in: -4..<4, using: &random) } }
    }
    // Few values, so that most maxima are shared.
    let ties = [7, 64, 200, 1000].map { count in
      (0..<4).map { _ in (0..<count).map { _ in Float(Int.random(in: -3...0, using: &random)) } }
    }
    return sizes + ties + [[[-0.0, 0.0, -1], [0.0, -0.0, -1], [-5, -2, -2], [-3, -3, -3]]]
  }()

  @Test("the device's top class is the host's: ties, negative scores, zeros of both signs", arguments: scores)
  func topClass(_ scores: [[Float]]) throws {
    for family in [KernelFamily.plain, .cpu, .gpu] {
      for (kind, target) in [(Profile.Start.logit, Target.logit), (.one, Target.one)] {
        let found = try start(scores, ClassStart(index: nil, start: kind), on: TestDevice.engine(of: family))
        for (image, scores) in scores.enumerated() {
          let expected = target(Scores(scores).topClass).relevance(for: scores)
          #expect(found[image].map(\.bitPattern) == expected.map(\.bitPattern), "\(scores.count) scores, \(kind)")
        }
      }
    }
  }

  @Test("a given class starts from its own score, whatever the others")
  func given() throws {
    let scores: [[Float]] = [[3, -2, 9], [1, 4, -1]]
    let engine = TestDevice.engine
    #expect(try start(scores, ClassStart(index: 1, start: .logit), on: engine) == [[0, -2, 0], [0, 4, 0]])
    #expect(try start(scores, ClassStart(index: 2, start: .one), on: engine) == [[0, 0, 1], [0, 0, 1]])
  }

  @Test("NaN is never the highest, and scores that all are start nothing")
  func notANumber() throws {
    let found = try start(
      [[.nan, 2, .nan], [.nan, .nan, .nan]], ClassStart(index: nil, start: .one), on: TestDevice.engine)
    #expect(found == [[0, 1, 0], [0, 0, 0]])
  }

  @Test(
    "explanations of the device's choice are those of the host's", arguments: SmallNetwork.all(biased: true, seed: 302))
  func explanations(_ small: SmallNetwork) throws {
    for composite in ["seed", "epsilon_gamma_box"] {
      let explainer = try Explainer(
        small.network, composite: .named(composite), low: [-1, -1, -1], high: [1, 1, 1], on: TestDevice.engine, batch: 3
      )
      let images = SmallNetwork.images(3, seed: 303)
      for start in [Profile.Start.logit, .one] {
        expectSame(
          try explainer.explain(images, .topClass(start)),
          try explainer.explain(images, targets: { [.class($0.topClass, start)] }), "top class, \(start)")
        expectSame(
          try explainer.explain(images, .given(Array(repeating: [.class(4, start)], count: 3))),
          try explainer.explain(images, targets: { _ in [.class(4, start)] }), "class 4, \(start)")
      }
      // Classes that differ, and targets that are no class, are the host's to start.
      expectSame(
        try explainer.explain(images, .given([[.logit(1)], [.logit(3)], [.logit(1)]])),
        try [1, 3, 1].enumerated().map { image, index in
          try explainer.explain(.stack([images[image]]), targets: { _ in [.logit(index)] })[0]
        }, "classes 1, 3, 1", ledger: false)
      expectSame(
        try explainer.explain(images, .given(Array(repeating: [.logOdds(2)], count: 3))),
        try explainer.explain(images, targets: { _ in [.logOdds(2)] }), "log-odds")
    }
  }

  @Test("a class that does not exist, and scores that are not finite, are the same errors")
  func errors() throws {
    let network = SmallNetwork.residual(biased: true, seed: 304)
    let explainer = try Explainer(
      network, composite: .named("seed"), low: [-1, -1, -1], high: [1, 1, 1], on: TestDevice.engine, batch: 2)
    func message(_ images: Tensor, _ choice: TargetChoice) -> String {
      do { _ = try explainer.explain(images, choice) } catch { return "\(error)" }
      return "no error"
    }
    let images = SmallNetwork.images(2, seed: 305)
    let given = message(images, .given([[.logit(5)], [.logit(5)]]))
    #expect(
      given == "class 5: the network has classes 0 to 4" && given == message(images, .chosen { _, _ in [.logit(5)] }))
    // Finite numbers whose sums overflow.
    let infinite = Tensor.stack([images[0], Tensor(repeating: 3e38, shape: network.inputShape)])
    let top = message(infinite, .topClass(.logit))
    #expect(top.hasPrefix("image 1: the network's scores are NaN or infinite"), "\(top)")
    #expect(top == message(infinite, .chosen { [.logit($1.topClass)] }))
    // And the explainer goes on.
    #expect(message(images, .topClass(.logit)) == "no error")
  }
}

/// Expects the same bits of all that does not measure time.
func expectSame(
  _ found: [[Explanation]], _ expected: [[Explanation]], _ what: String, ledger: Bool = true,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.map(\.count) == expected.map(\.count), "\(what)", sourceLocation: sourceLocation)
  for (image, pair) in zip(found, expected).enumerated() {
    for (a, b) in zip(pair.0, pair.1) {
      expectIdentical(a.relevance, b.relevance, "\(what), image \(image)", sourceLocation: sourceLocation)
      #expect(
        a.explained == b.explained && a.value == b.value && a.start == b.start && a.scores.logits == b.scores.logits,
        "\(what), image \(image)", sourceLocation: sourceLocation)
      guard ledger else { continue }
      #expect(
        a.ledger?.layers.map { [$0.incoming, $0.outgoing, $0.bias, $0.stabilizer, $0.magnitude, $0.largest] }
          == b.ledger?.layers.map { [$0.incoming, $0.outgoing, $0.bias, $0.stabilizer, $0.magnitude, $0.largest] },
        "\(what), ledger of image \(image)", sourceLocation: sourceLocation)
    }
  }
}
