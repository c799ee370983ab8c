import TestDevices
import Testing

@testable import RelevancePropagation

/// Translation averaging against its definition, and against itself in other batches.
@Suite struct TranslationAveragerTests {
  private static let set = RuleSet(rule: EpsilonRule(Stabilizer(1e-9, relative: 0.25, sign: .positive)))

  private func explainer(
    _ network: Network, batch: Int, options: PropagationOptions = .init(), engine: Engine = TestDevice.engine
  ) throws -> Explainer {
    try Explainer(
      canonized: network.canonized(),
      rules: RuleTable(Self.set.rules(for: network.canonized()), for: network.canonized()),
      on: engine, batch: batch, options: options)
  }

  /// Odd, negative, and all but the image's own height and width.
  private static let shifts = try! ShiftSet([
    Shift(1, -1), .none, Shift(-3, 2), Shift(7, -5), Shift(0, 5), Shift(-7, 0), Shift(2, 1),
  ])

  @Test(
    "map, variance, scores and outside are those of the copies one by one",
    arguments: SmallNetwork.all(biased: true, seed: 300), TranslationBorder.Name.allCases)
  func definition(_ small: SmallNetwork, _ name: TranslationBorder.Name) throws {
    let border: TranslationBorder =
      switch name {
      case .edge: .edge
      case .zero: .zero
      case .low: .low([-1, 0.5, 0.25])
      case .crop: .crop
      }
    let margin = TranslationAverager.margin(of: Self.shifts, name)
    let plain = try explainer(small.network, batch: 1)
    var random = SplitMix64(seed: 301)
    let shape = Shape([3, 8 + 2 * margin.vertical, 6 + 2 * margin.horizontal])
    let image = Tensor(shape: shape, scalars: random.units(shape.count))
    for divisor in TranslationDivisor.allCases {
      let twin = TranslationTwin(shifts: Self.shifts.shifts, border: border, divisor: divisor)
      let own = try plain.explain(.stack([twin.moved(image, by: .none, margin: margin)])) { $0.topClass }[0]
      let copies = try Self.shifts.shifts.map {
        try plain.explain(.stack([twin.moved(image, by: $0, margin: margin)])) { _ in own.target }[0]
      }
      let averager = try TranslationAverager(
        explainer(small.network, batch: 3), shifts: Self.shifts, border: border, divisor: divisor, variance: true)
      let found = try averager.explain(.stack([image])) { $0.topClass }[0]
      let record = try #require(found.translation)
      let expected = twin.average(copies.map(\.relevance))
      let origin = Origin(
        what: "\(small), border \(name), \(divisor)", shape: shape, seed: 301, filter: "TranslationAveragerTests")
      expectClose(found.relevance.scalars, expected.map, tolerance: 1e-6, origin)
      expectClose(try #require(record.variance).scalars, expected.variance, tolerance: 1e-5, origin)

      // The same copies to the bit, and so the same scores.
      #expect(found.scores.logits == own.scores.logits && found.target == own.target)
      #expect(record.copies.map(\.shift) == Self.shifts.shifts)
      #expect(record.copies.map(\.score) == copies.map(\.score), "\(origin)")
      #expect(record.copies.map(\.topClass) == copies.map { $0.scores.topClass })
      #expect(record.copies.map(\.probability) == copies.map { $0.scores.probabilities[own.target] })
      #expect(record.copies.map(\.topProbability) == copies.map { $0.scores.probabilities.max()! })
      #expect(
        found.value == copies.map(\.value).reduce(0, +) / 7 && found.start == copies.map { $0.start! }.reduce(0, +) / 7)

      // What comes back and what stays outside is all there was.
      let sums = copies.map { $0.relevance.scalars.reduce(0) { $0 + Double($1) } }
      let magnitude = copies.reduce(0) { $0 + $1.relevance.scalars.reduce(0) { $0 + Double(abs($1)) } }
      for (copy, sum) in zip(record.copies, sums) { #expect(abs(copy.relevance - sum) <= 1e-6 * magnitude) }
      if divisor == .total {
        let inside = found.relevance.scalars.reduce(0) { $0 + Double($1) }
        #expect(abs(inside + record.outside - sums.reduce(0, +) / 7) <= 1e-6 * magnitude, "\(origin)")
      }
      let coverage = Self.shifts.coverage(height: 8, width: 6)
      #expect(record.coverage == coverage.min()!...coverage.max()!)
    }
  }

  @Test(
    "the unmoved image alone gives the plain explanation, bit for bit",
    arguments: SmallNetwork.all(biased: true, seed: 310),
    TranslationBorder.Name.allCases)
  func alone(_ small: SmallNetwork, _ name: TranslationBorder.Name) throws {
    let images = SmallNetwork.images(3, seed: 311)
    let border: TranslationBorder =
      switch name {
      case .edge: .edge
      case .zero: .zero
      case .low: .low([-1, -1, -1])
      case .crop: .crop
      }
    let explainer = try explainer(small.network, batch: 2, options: .init(targets: 2))
    let targets: (Scores) -> [Target] = { [.logit($0.topClass), .logit(1)] }
    let plain = try (0..<3).map { try explainer.explain(.stack([images[$0]]), targets: targets)[0] }
    for divisor in TranslationDivisor.allCases {
      let found = try TranslationAverager(
        explainer, shifts: .grid(1), border: border, divisor: divisor, variance: true
      ).explain(images, targets: targets)
      for (image, (one, other)) in zip(found, plain).enumerated() {
        for (a, b) in zip(one, other) {
          expectIdentical(a.relevance, b.relevance, "image \(image) of \(small), border \(name)")
          #expect(a.scores.logits == b.scores.logits && a.value == b.value && a.start == b.start)
          #expect(a.translation?.variance?.scalars.allSatisfy { $0 == 0 } == true)
          let (ledger, other) = (try #require(a.ledger), try #require(b.ledger))
          for (mean, layer) in zip(ledger.layers, other.layers) {
            #expect(
              mean.incoming[a.entry] == layer.incoming[b.entry] && mean.outgoing[a.entry] == layer.outgoing[b.entry]
                && mean.bias[a.entry] == layer.bias[b.entry] && mean.magnitude[a.entry] == layer.magnitude[b.entry]
                && mean.idle?[a.entry] == layer.idle?[b.entry] && mean.largest[a.entry] == layer.largest[b.entry],
              "ledger of \(mean.node)")
          }
        }
      }
    }
  }

  @Test(
    "batch and company change no bit of map, variance, scores or ledger",
    arguments: SmallNetwork.all(biased: true, seed: 320), KernelFamily.allCases)
  func batches(_ small: SmallNetwork, _ family: KernelFamily) throws {
    let images = SmallNetwork.images(3, seed: 321)
    let targets: (Scores) -> [Target] = { [.logit($0.topClass), .logit(2)] }
    func explain(_ images: Tensor, batch: Int) throws -> [[Explanation]] {
      try TranslationAverager(
        explainer(small.network, batch: batch, options: .init(targets: 2), engine: TestDevice.engine(of: family)),
        shifts: Self.shifts, divisor: .coverage, variance: true
      ).explain(images, targets: targets)
    }
    let expected = try (0..<3).map { try explain(.stack([images[$0]]), batch: 1)[0] }
    // Less than an image's seven copies, exactly, more than one image's, more than all.
    for batch in [3, 7, 16, 30] {
      let found = try explain(images, batch: batch)
      for (image, (one, other)) in zip(found, expected).enumerated() {
        for (a, b) in zip(one, other) {
          let what = "image \(image) of \(small), batch \(batch), kernels \(family.rawValue)"
          expectIdentical(a.relevance, b.relevance, what)
          let (x, y) = (try #require(a.translation), try #require(b.translation))
          expectIdentical(try #require(x.variance), try #require(y.variance), "variance, " + what)
          #expect(x.copies.map(\.score) == y.copies.map(\.score) && x.outside == y.outside, "\(what)")
          #expect(x.copies.map(\.relevance) == y.copies.map(\.relevance) && a.value == b.value, "\(what)")
          for (mean, other) in zip(try #require(a.ledger).layers, try #require(b.ledger).layers) {
            #expect(mean.incoming[a.entry] == other.incoming[b.entry], "ledger of \(mean.node), \(what)")
          }
        }
      }
    }
  }

  @Test(
    "every kind of target is averaged, each as it is alone",
    arguments: [
      "logit", "probability", "log-odds", "difference", "relevance", "neuron", "map",
    ])
  func targets(_ kind: String) throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 330).canonized()
    let target: Target =
      switch kind {
      case "logit": .logit(3)
      case "probability": .probability(3)
      case "log-odds": .logOdds(3)
      case "difference": .difference(3, 1)
      case "relevance": .relevance([1, -1, 0.5, 2, 0])
      case "neuron":
        .neurons(try NeuronSelection(layer: "relu2_1", channel: 2, position: .init(y: 1, x: 2), of: network))
      default: .neurons(try NeuronSelection(layer: "conv1_2", channel: 2, of: network))
      }
    let images = SmallNetwork.images(2, seed: 331)
    let twin = TranslationTwin(shifts: Self.shifts.shifts, border: .zero, divisor: .total)
    let averager = try TranslationAverager(explainer(network, batch: 4), shifts: Self.shifts, border: .zero)
    let found = try averager.explain(images, targets: { _ in [target] })
    let plain = try explainer(network, batch: 1)
    for image in 0..<2 {
      let copies = try Self.shifts.shifts.map { shift in
        try plain.explain(.stack([twin.moved(images[image], by: shift)]), targets: { _ in [target] })[0][0]
      }
      let origin = Origin(
        what: "\(target), image \(image)", shape: [3, 8, 6], seed: 331, filter: "TranslationAveragerTests")
      expectClose(
        found[image][0].relevance.scalars, twin.average(copies.map(\.relevance)).map, tolerance: 1e-6, origin)
      #expect(found[image][0].translation?.copies.map(\.value) == copies.map(\.value), "\(origin)")
      #expect(found[image][0].explained == target)
    }
  }

  @Test("the class is chosen once an image, from the unmoved image, and progress counts every copy")
  func choosing() throws {
    let images = SmallNetwork.images(3, seed: 340)
    let network = SmallNetwork.residual(biased: true, seed: 341)
    let averager = try TranslationAverager(explainer(network, batch: 4), shifts: Self.shifts)
    var (chosen, done) = ([[Float]](), [Int]())
    _ = try averager.explain(
      images,
      targets: {
        chosen.append($0.logits)
        return [.logit($0.topClass)]
      }, progress: { done.append($0) })
    let plain = try explainer(network, batch: 1)
    #expect(try chosen == (0..<3).map { try plain.explain(.stack([images[$0]])) { $0.topClass }[0].scores.logits })
    #expect(done.reduce(0, +) == 21)
  }

  @Test("what cannot be averaged is refused")
  func refusals() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 350)
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "none"
    }
    let explainer = try explainer(network, batch: 2)
    let averager = try TranslationAverager(explainer, shifts: .grid(3), border: .crop)
    #expect(averager.margin == Extent(1))
    #expect(
      message { _ = try averager.explain(SmallNetwork.images(1, seed: 1)) { _ in 0 } }.contains(
        "expected images [N, C, H, W] of [3, 10, 8], found [1, 3, 8, 6]"))
    #expect(
      message { _ = try TranslationAverager(explainer, shifts: .grid(3, step: 6)) }.contains("nothing is left"))
    #expect(
      message { _ = try TranslationAverager(explainer, shifts: .grid(3), border: .low([0])) }.contains(
        "a border of 1 channels, expected 3"))
    let keeping = try self.explainer(network, batch: 1, options: .init(keeping: .nodes(["relu1_1"])))
    #expect(message { _ = try TranslationAverager(keeping, shifts: .grid(3)) }.contains("layers between"))
    let plain = try TranslationAverager(explainer, shifts: .grid(3))
    let image = SmallNetwork.images(1, seed: 351)
    #expect(message { _ = try plain.explain(image, targets: { _ in [] }) }.contains("0 target(s) for an image"))
    #expect(message { _ = try plain.explain(image) { _ in 5 } }.contains("class 5: the network has classes 0 to 4"))
  }
}
