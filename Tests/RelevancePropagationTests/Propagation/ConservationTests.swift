import Testing

@testable import RelevancePropagation

/// Relevance is neither made nor lost without an entry in the ledger.
@Suite struct ConservationTests {
  private static let seed: UInt64 = 2026
  private static let tiny = Stabilizer(1e-9)

  @Test(
    "without biases, zero, z+ and gamma hand on what they get, at every layer",
    arguments: SmallNetwork.all(biased: false, seed: seed),
    [
      RuleSet(rule: ZeroRule()), RuleSet(rule: ZPlusRule(stabilizer: tiny)),
      RuleSet(rule: GammaRule(stabilizer: tiny)), RuleSet(rule: GeneralizedGammaRule(stabilizer: tiny)),
    ])
  func conserves(_ small: SmallNetwork, _ set: RuleSet) throws {
    let images = SmallNetwork.images(3, seed: Self.seed)
    let found = try DeviceRun(small.network, rules: set.rules(for: small.network), images: images)
    var lost = [0.0, 0, 0]
    for layer in found.relevance.ledger!.layers {
      for m in 0..<3 {
        // Only a unit whose denominator is 0 (all four inputs of a 1 × 1 filter may be) keeps relevance.
        lost[m] += layer.stabilizer[m]
        #expect(layer.bias[m] == 0)
        #expect(
          abs(layer.incoming[m] - layer.outgoing[m] - layer.stabilizer[m]) <= 1e-5 * layer.magnitude[m],
          "\(set) in \(small), \(layer.node), image \(m): \(layer.incoming[m]) in, \(layer.outgoing[m]) out")
        if !layer.node.hasPrefix("shortcut"), !layer.node.hasPrefix("right") {
          #expect(abs(layer.stabilizer[m]) <= 1e-5 * layer.magnitude[m], "\(set) in \(small), \(layer.node)")
        }
      }
    }
    // And so from the scores to the image.
    for m in 0..<3 {
      let (input, start) = (found.relevance.input[m].scalars, found.scores[m].scalars)
      let sum = input.reduce(0.0) { $0 + Double($1) }
      let magnitude = input.reduce(0.0) { $0 + Double(abs($1)) }
      let expected = start.reduce(-lost[m]) { $0 + Double($1) }
      #expect(abs(sum - expected) <= 2e-5 * magnitude, "\(set) in \(small), image \(m)")
    }
  }

  @Test(
    "the ledger closes at every layer: in = out + bias + stabilizer",
    arguments: SmallNetwork.all(biased: true, seed: 7),
    RuleSet.all.filter { !($0.rule is GradientRule) })
  func ledgerCloses(_ small: SmallNetwork, _ set: RuleSet) throws {
    let images = SmallNetwork.images(2, seed: 7)
    let found = try DeviceRun(small.network, rules: set.rules(for: small.network), images: images)
    let ledger = found.relevance.ledger!
    #expect(ledger.layers.map(\.node) == small.network.nodes.map(\.name).reversed())
    for layer in ledger.layers {
      #expect(layer.nonFinite == 0)
      for m in 0..<2 {
        // What is much larger than R (α and β of a sum near 0) brings its own rounding.
        let scale = max(
          layer.magnitude[m], abs(layer.outgoing[m]), abs(layer.bias[m]), abs(layer.stabilizer[m]))
        #expect(
          abs(layer.other(m)) <= 2e-5 * scale,
          """
          \(set) in \(small), \(layer.node), image \(m): in \(layer.incoming[m]), out \(layer.outgoing[m]), \
          bias \(layer.bias[m]), stabilizer \(layer.stabilizer[m]), other \(layer.other(m)), Σ|R| \(layer.magnitude[m])
          """)
      }
    }
  }

  @Test("the ledger's sums are those of the relevance it counts", arguments: SmallNetwork.all(biased: true, seed: 3))
  func ledgerCounts(_ small: SmallNetwork) throws {
    let set = RuleSet(rule: ZPlusRule())
    let found = try DeviceRun(
      small.network, rules: set.rules(for: small.network), images: SmallNetwork.images(2, seed: 3))
    for layer in found.relevance.ledger!.layers {
      for m in 0..<2 {
        let values = found.relevance.layers[layer.node]![m].scalars.map(Double.init)
        let magnitude = values.reduce(0) { $0 + abs($1) }
        #expect(abs(layer.incoming[m] - values.reduce(0, +)) <= 1e-6 * magnitude)
        #expect(abs(layer.magnitude[m] - magnitude) <= 1e-6 * magnitude)
        #expect(layer.largest[m] == values.map { abs($0) }.max()!)
      }
    }
  }

  @Test("the bias of LRP-0 keeps Σ s·b", arguments: [UInt64(1), 2])
  func biasShare(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let layer = LayerCase.dense(&random, 3, 5)
    let network = try Network.single(layer, input: [5])
    let images = Tensor(shape: [1, 5], scalars: random.eighths(1...8, count: 5))
    let found = try DeviceRun(network, rules: ["layer": ZeroRule()], images: images)
    // R = z, so s = 1 and the bias keeps exactly Σ b.
    let expected = layer.bias!.scalars.reduce(0) { $0 + Double($1) }
    #expect(abs(found.relevance.ledger!.layers[0].bias[0] - expected) <= 1e-5)
  }

  @Test("relevance that is not finite is an error that names layer and rule")
  func notFinite() throws {
    // z = 0 with ε = 0 is guarded; 3e38 · 3e38 is not.
    let layer = Dense(weight: Tensor(shape: [1, 2], scalars: [3e38, 1]), bias: nil)
    let network = try Network.single(layer, input: [2])
    let error = #expect(throws: RelevanceError.self) {
      try DeviceRun(
        network, rules: ["layer": GradientRule()], images: Tensor(shape: [1, 2], scalars: [1, 1]),
        start: Tensor(shape: [1, 1], scalars: [3e38]))
    }
    #expect(error?.node == "layer")
    #expect(error?.description.hasPrefix("layer (gradient): 1 relevance value(s) are NaN or infinite") == true)
  }
}
