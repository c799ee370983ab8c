import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Batches that are begun while others are computed give what they give one after the other.
@Suite struct OverlapTests {
  private func explainer(
    _ network: Network = SmallNetwork.residual(biased: true, seed: 310), overlapping: Bool, targets: Int = 1,
    ledger: Bool = true, on engine: Engine = TestDevice.engine
  ) throws -> Explainer {
    try Explainer(
      network, composite: .named("epsilon_gamma_box"), low: [-1, -1, -1], high: [1, 1, 1], on: engine, batch: 4,
      options: .init(targets: targets, ledger: ledger), overlapping: overlapping)
  }

  private static let sizes = [4, 1, 3, 4, 2, 2, 1]
  private static let batches = sizes.enumerated().map { SmallNetwork.images($1, seed: 320 + UInt64($0)) }

  /// Every batch is begun before the results of the one before it are asked for.
  private func ahead(_ explainer: Explainer, _ choice: (Int) -> TargetChoice) throws -> [[[Explanation]]] {
    var results: [[[Explanation]]] = []
    var begun: PendingExplanations?
    for (number, images) in Self.batches.enumerated() {
      let next = try explainer.begin(images, choice(number))
      if let begun { results.append(try begun.explanations()) }
      begun = next
    }
    return results + [try begun!.explanations()]
  }

  private func expectSameBatches(_ found: [[[Explanation]]], _ expected: [[[Explanation]]], _ what: String) {
    #expect(found.count == expected.count)
    for (number, pair) in zip(found, expected).enumerated() { expectSame(pair.0, pair.1, "\(what), batch \(number)") }
  }

  @Test("batches of unequal size, overlapped and not, in every family", arguments: [KernelFamily.plain, .cpu, .gpu])
  func batches(_ family: KernelFamily) throws {
    let engine = TestDevice.engine(of: family)
    for small in SmallNetwork.all(biased: true, seed: 311) {
      let plain = try explainer(small.network, overlapping: false, on: engine)
      #expect(!plain.overlaps)
      let expected = try Self.batches.map { try plain.explain($0, .topClass(.logit)) }
      let overlapping = try explainer(small.network, overlapping: true, on: engine)
      #expect(overlapping.overlaps)
      expectSameBatches(try ahead(overlapping) { _ in .topClass(.logit) }, expected, "\(small), overlapped")
      expectSameBatches(try ahead(plain) { _ in .topClass(.logit) }, expected, "\(small), begun ahead")
    }
  }

  @Test("targets that the host chooses, at other top layers and inside, in turn with the device's")
  func mixed() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 312)
    let (plain, overlapping) = (
      try explainer(network, overlapping: false), try explainer(network, overlapping: true)
    )
    let neuron = try NeuronSelection(layer: "relu2_1", channel: 2, of: plain.network)
    let choices: [TargetChoice] = [
      .topClass(.logit), .chosen { [.logOdds($1.topClass)] }, .topClass(.one), .chosen { _, _ in [.neurons(neuron)] },
      .chosen { [.logit(($1.topClass + $0) % 5)] }, .topClass(.logit), .chosen { _, _ in [.difference(0, 3)] },
    ]
    let expected = try Self.batches.enumerated().map { try plain.explain($1, choices[$0]) }
    expectSameBatches(try ahead(overlapping) { choices[$0] }, expected, "overlapped")
    expectSameBatches(try ahead(plain) { choices[$0] }, expected, "begun ahead")
  }

  @Test("several targets of an image, and no ledger")
  func targets() throws {
    let choice = TargetChoice.chosen { [.logit($1.topClass), .logit($0), .probability(3)] }
    let plain = try explainer(overlapping: false, targets: 3, ledger: false)
    let expected = try Self.batches.map { try plain.explain($0, choice) }
    let overlapping = try explainer(overlapping: true, targets: 3, ledger: false)
    expectSameBatches(try ahead(overlapping) { _ in choice }, expected, "three targets")
    #expect(expected[0][0][0].ledger == nil)
  }

  @Test("explanations may be asked for late, twice, in any order, or never")
  func order() throws {
    let plain = try explainer(overlapping: false)
    let expected = try Self.batches.map { try plain.explain($0, .topClass(.logit)) }
    for explainer in [plain, try explainer(overlapping: true)] {
      let begun = try Self.batches.map { try explainer.begin($0, .topClass(.logit)) }
      for number in begun.indices.reversed() {
        expectSame(try begun[number].explanations(), expected[number], "batch \(number), backward")
        expectSame(try begun[number].explanations(), expected[number], "batch \(number), again")
      }
      for images in Self.batches { _ = try explainer.begin(images, .topClass(.logit)) }
      expectSame(
        try explainer.explain(Self.batches[2], .topClass(.logit)), expected[2], "after batches nobody asked for")
    }
  }

  @Test("images that kernels write, and scores alone, in between")
  func inPlace() throws {
    let (plain, overlapping) = (try explainer(overlapping: false), try explainer(overlapping: true))
    let (images, other) = (Self.batches[0], Self.batches[3])
    let expected = try (plain.explain(images, .topClass(.logit)), plain.explain(other, .topClass(.logit)))
    for explainer in [plain, overlapping] {
      let first = try explainer.begin(images, .topClass(.logit))
      let second = try explainer.begin(other, .topClass(.logit))
      let queue = explainer.engine.queue
      try queue.write(other, to: explainer.input)
      let batch = try explainer.explainInput(count: 4, .topClass(.logit))
      let relevance = try queue.read(try #require(batch.relevance), entries: 4, of: explainer.network.inputShape)
      for n in 0..<4 { expectIdentical(relevance[n], expected.1[n][0].relevance, "in place, image \(n)") }
      #expect(try explainer.scoreInput(count: 4).map(\.logits) == expected.1.map { $0[0].scores.logits })
      expectSame(try first.explanations(), expected.0, "begun before")
      expectSame(try second.explanations(), expected.1, "begun before, second")
    }
  }

  @Test("one batch whose scores are not finite fails alone, with the image's number")
  func failing() throws {
    let plain = try explainer(overlapping: false)
    let expected = try Self.batches.map { try plain.explain($0, .topClass(.logit)) }
    // Finite numbers whose sums overflow.
    let huge = Tensor(repeating: 3e38, shape: plain.network.inputShape)
    let broken = Tensor.stack([Self.batches[2][0], Self.batches[2][1], huge])
    for choice in [TargetChoice.topClass(.logit), .chosen { [.logit($1.topClass)] }] {
      let explainer = try explainer(overlapping: true)
      let before = try explainer.begin(Self.batches[1], .topClass(.logit))
      let failing = Result { try explainer.begin(broken, choice) }
      let after = try explainer.begin(Self.batches[3], .topClass(.logit))
      let error = #expect(throws: ScoresError.self) { try failing.get().explanations() }
      #expect(error?.image == 2)
      expectSame(try before.explanations(), expected[1], "before")
      expectSame(try after.explanations(), expected[3], "after")
    }
  }

  @Test("relevance that is not finite is its batch's error")
  func relevance() throws {
    let explainer = try explainer(overlapping: true)
    let before = try explainer.begin(Self.batches[0], .topClass(.logit))
    let failing = try explainer.begin(
      Self.batches[1],
      .chosen { _, _ in [.relevance([.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 3e38, 3e38, 0])] })
    let after = try explainer.begin(Self.batches[0], .topClass(.logit))
    #expect(throws: RelevanceError.self) { try failing.explanations() }
    expectSame(try before.explanations(), try after.explanations(), "beside it")
  }

  @Test("the second input is part of the plan; kept layers, which come down when asked for, have none")
  func memory() throws {
    let (plain, overlapping) = (try explainer(overlapping: false), try explainer(overlapping: true))
    let images = 4 * plain.network.inputShape.count * MemoryLayout<Float>.stride
    #expect(overlapping.deviceBytes == plain.deviceBytes + images)
    let engine = TestDevice.engine
    #expect(
      DeviceNetwork.bytes(of: plain.network, batch: 4, on: engine, inputs: 2)
        == DeviceNetwork.bytes(of: plain.network, batch: 4, on: engine) + images)
    let keeping = try Explainer(
      plain.network, composite: .named("epsilon_gamma_box"), low: [-1, -1, -1], high: [1, 1, 1], on: engine, batch: 4,
      options: .init(keeping: .nodes(["relu1"])), overlapping: true)
    #expect(!keeping.overlaps && keeping.deviceBytes >= plain.deviceBytes)
    let found = try [
      keeping.begin(Self.batches[0], .topClass(.logit)), keeping.begin(Self.batches[3], .topClass(.logit)),
    ]
    .map { try $0.explanations() }
    let alone = try keeping.explain(Self.batches[0], .topClass(.logit))
    for n in 0..<4 {
      expectIdentical(found[0][n][0].layers["relu1"]!, alone[n][0].layers["relu1"]!, "kept relevance of image \(n)")
      expectIdentical(found[0][n][0].activations["relu1"]!, alone[n][0].activations["relu1"]!, "kept activation \(n)")
    }
  }
}
