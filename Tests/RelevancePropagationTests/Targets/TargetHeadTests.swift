import Foundation
import TestDevices
import Testing

@testable import RelevancePropagation

/// What targets start from, by hand.
@Suite struct TargetHeadTests {
  /// Three classes over two inputs:
  ///
  ///     a = (1, 2),  W = [ 1  1 ]   b = (0 )    z₀ = 1 + 2     = 3
  ///                      [ 2  0 ]       (−1)    z₁ = 2 − 1     = 1
  ///                      [−1  2 ]       (0 )    z₂ = −1 + 4    = 3
  static let network: Network = {
    let layer = Dense(
      weight: Tensor(shape: [3, 2], scalars: [1, 1, 2, 0, -1, 2]), bias: Tensor(shape: [3], scalars: [0, -1, 0]))
    return try! Network.single(layer, input: [2])
  }()
  static let images = Tensor(shape: [1, 2], scalars: [1, 2])

  /// Explanation of targets that may need a head, with LRP-0.
  private func explain(
    _ targets: [Target], _ rule: any Rule = ZeroRule(stabilizer: Stabilizer(0)), of whole: Network = network,
    images: Tensor = images
  ) throws -> (start: Tensor, relevance: Tensor) {
    let table = try RuleTable(["layer": rule], for: whole)
    let base = try DeviceNetwork(whole, on: TestDevice.engine)
    let trace = try base.forward(images)
    let head = try TargetHead(whole, for: targets, rules: table)
    let network = try DeviceNetwork(head.network, sharing: base, replaced: head.replaced)
    let propagator = try Propagator(
      network, rules: try RuleTable(["layer": rule], for: head.network), options: .init(targets: targets.count))
    let own = try network.continued(trace)
    let start = head.start([targets], outputs: try own.scores(), scores: try trace.scores())
    return (start, try propagator.propagate(own, from: start).input)
  }

  private func expect(
    _ found: some Sequence<Float>, _ expected: [Double], _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      Array(found), expected, tolerance: 2e-6,
      Origin(what: what, shape: [expected.count], seed: 0, filter: "TargetHeadTests"), sourceLocation: sourceLocation)
  }

  @Test("log-odds: min-take-most over the differences, at a top layer of weight differences")
  func logOdds() throws {
    // c = 0: z₀₁ = 3 − 1 = 2, z₀₂ = 3 − 3 = 0. e^−2 = 0.1353353, e^0 = 1, sum 1.1353353: shares 0.1192029, 0.8807971.
    // η₀ = −log 1.1353353 = −0.1269280. R₀₁ = 2·0.1192029 = 0.2384058, R₀₂ = 0·0.8807971 = 0.
    // H = −0.1192029·log 0.1192029 − 0.8807971·log 0.8807971 = 0.2535362 + 0.1117976 = 0.3653338; η + H = 0.2384058.
    let odds = LogOdds([3, 1, 3], of: 0)
    #expect(abs(odds.eta + 0.1269280) < 1e-7 && abs(odds.entropy - 0.3653338) < 1e-6)
    #expect(abs(odds.startSum - 0.2384058) < 1e-6)
    let found = try explain([.logOdds(0)])
    expect(found.start.scalars, [0.2384058, 0], "start")
    // Row 01: w = (1, 1) − (2, 0) = (−1, 1), b = 0 + 1 = 1; z = −1 + 2 + 1 = 2, contributions (−1, 2), s = R/z = 0.1192029.
    // Row 02: z = 0 and R = 0: nothing. R = (−0.1192029, 0.2384058), the bias keeps 0.1192029.
    expect(found.relevance.scalars, [-0.1192029, 0.2384058], "relevance")
  }

  @Test("the sum of the log-odds' start is η + H, and η is log p/(1 − p)")
  func logOddsSum() {
    let scores: [Float] = [2.5, -1, 0.25, 4, -3]
    for c in scores.indices {
      let odds = LogOdds(scores, of: c)
      let p = Scores(scores).probabilities[c]
      #expect(abs(odds.eta - log(p / (1 - p))) < 1e-12)
      let others = scores.indices.filter { $0 != c }
      let sum = zip(odds.shares, others).reduce(0) { $0 + $1.0 * Double(scores[c] - scores[$1.1]) }
      #expect(abs(sum - odds.startSum) < 1e-12, "class \(c)")
      #expect(odds.entropy >= 0 && odds.entropy <= log(4))
    }
  }

  @Test("a difference is one row of weight differences")
  func difference() throws {
    // z₂ − z₁ = 3 − 1 = 2; w = (−3, 2), b = 1: contributions (−3, 4), s = 2/2 = 1.
    let found = try explain([.difference(2, 1)])
    #expect(found.start.scalars == [2])
    expect(found.relevance.scalars, [-3, 4], "relevance")
    // z⁺ of it: positive contributions (0, 4), b⁺ = 1: 2/5·4. Not what z⁺ of the two classes would give.
    expect(
      try explain([.difference(2, 1)], ZPlusRule(stabilizer: Stabilizer(0))).relevance.scalars, [0, 1.6], "z+")
  }

  @Test("targets of many kinds share a head, and none changes another")
  func together() throws {
    let targets: [Target] = [
      .logOdds(0), .difference(2, 1), .logit(1), .probability(0), .one(2), .weighted([1, -1, 0.5]),
      .relevance([1, 2, 3]),
    ]
    let all = try explain(targets)
    for (index, target) in targets.enumerated() {
      expectIdentical(try explain([target]).relevance[0], all.relevance[index], "\(target)")
    }
    // At the plain output the same targets start from the same.
    let scores = Tensor(shape: [1, 3], scalars: [3, 1, 3])
    for target in targets where !target.needsHead {
      let plain = try DeviceRun(
        Self.network, rules: ["layer": ZeroRule(stabilizer: Stabilizer(0))], images: Self.images,
        start: Target.start([[target]], scores: scores))
      let index = targets.firstIndex(of: target)!
      expect(all.relevance[index].scalars, plain.relevance.input.scalars.map { Double($0) }, "\(target)")
    }
  }

  @Test("nor does it with more classes than a kernel takes at once")
  func togetherOfManyClasses() throws {
    var random = SplitMix64(seed: 94)
    let (classes, features) = (37, 50)
    let network = try Network.single(
      Dense(
        weight: Tensor(shape: [classes, features], scalars: random.units(classes * features)),
        bias: Tensor(shape: [classes], scalars: random.units(classes))), input: [features])
    let images = Tensor(shape: [1, features], scalars: random.units(features))
    let targets: [Target] = [
      .logit(5), .logOdds(0), .difference(2, 1), .relevance(random.units(classes)), .one(2), .logOdds(36),
      .weighted(random.units(classes)),
    ]
    let all = try explain(targets, of: network, images: images)
    for (index, target) in targets.enumerated() {
      let alone = try explain([target], of: network, images: images)
      expectIdentical(alone.relevance[0], all.relevance[index], "\(target)")
    }
  }

  @Test("probability starts from p at the class, and value and gradient are those of softmax")
  func probability() {
    // p = e^(3, 1, 3)/Σ = (0.4683105, 0.0633789, 0.4683105).
    let z: [Float] = [3, 1, 3]
    expect(Target.probability(1).relevance(for: z), [0, 0.0633789, 0], "start")
    // p₁(1 − p₁) = 0.0593620, −p₁p₀ = −0.0296810.
    expect(Target.probability(1).gradient(of: z), [-0.0296810, 0.0593620, -0.0296810], "gradient")
    #expect(abs(Target.probability(1).value(of: z) - 0.0633789) < 1e-6)
  }

  @Test(
    "the gradient of every target is the slope of its value",
    arguments: [
      Target.logit(1), .probability(2), .logOdds(0), .logOdds(3), .difference(1, 3), .weighted([1, -2, 0.5, 3]),
    ])
  func gradient(_ target: Target) {
    let z: [Float] = [0.5, -1, 2, 1.25]
    let gradient = target.gradient(of: z)
    for k in z.indices {
      // A step of 2⁻⁶ is exact in Float; the error of a central difference is about h²/6.
      let step: Float = 0x1p-6
      var (above, below) = (z, z)
      above[k] += step
      below[k] -= step
      let slope = (target.value(of: above) - target.value(of: below)) / Double(2 * step)
      #expect(abs(slope - Double(gradient[k])) < 2e-4, "\(target), ∂z_\(k)")
    }
  }

  @Test("a head over a convolution and global averages equals the difference of maps")
  func averagedMaps() throws {
    // One channel (1, 3), classes w = 2 and −1, then the mean: z = (4, −2), z₀ − z₁ = 6; w = 3: contributions (3, 9)/2.
    let network = try Network.chain(
      [
        ("conv", Convolution(weight: Tensor(shape: [2, 1, 1, 1], scalars: [2, -1]), bias: nil)),
        ("pool", AdaptiveAveragePooling.global), ("reshape", Reshape(shape: [2])),
      ], input: [1, 1, 2])
    let head = try TargetHead(network, for: [.difference(0, 1)])
    #expect(head.network.outputShape == [1] && head.replaced == ["conv", "pool", "reshape"])
    let found = try DeviceRun(
      head.network, rules: ["conv": ZeroRule(), "pool": EpsilonRule(Stabilizer(0)), "reshape": PassRule()],
      images: Tensor(shape: [1, 1, 1, 2], scalars: [1, 3]))
    #expect(found.scores.scalars == [6])
    expect(found.relevance.input.scalars, [1.5, 4.5], "relevance")
  }

  @Test("what does not fit is refused with what there is")
  func errors() throws {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "no error"
    }
    #expect(message { try Target.logit(3).check(classes: 3) }.contains("classes 0 to 2"))
    #expect(message { try Target.difference(1, 1).check(classes: 3) }.contains("with itself"))
    #expect(message { try Target.logOdds(0).check(classes: 1) }.contains("two classes"))
    #expect(message { try Target.relevance([1]).check(classes: 3) }.contains("expected 3 numbers"))
    let relative = EpsilonRule(Stabilizer(0, relative: 1))
    #expect(message { _ = try explain([.difference(0, 1), .difference(0, 2)], relative) }.contains("one at a time"))
    // A rectifier on top of the last weights, as in SqueezeNet: no layer is linear in the scores.
    let squeezed = try Network.chain(
      [
        ("conv", Convolution(weight: Tensor(shape: [2, 1, 1, 1], scalars: [2, -1]), bias: nil)), ("relu", ReLU()),
        ("pool", AdaptiveAveragePooling.global), ("flatten", Reshape.flatten),
      ], input: [1, 1, 2])
    #expect(message { _ = try TargetHead(squeezed, for: [.logOdds(0)]) }.contains("relu: a ReLU lies between"))
  }
}
