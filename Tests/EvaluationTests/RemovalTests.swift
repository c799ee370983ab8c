import TestDevices
import Testing

@testable import Compute
@testable import Evaluation
@testable import RelevancePropagation

private let allReplacements: [Replacement] = [
  .zero, .low, .mean, .negation, .inversion, .uniform(seed: 3), .blur(deviation: 1.3), .given,
]

/// Removals on the device against the definitions on the host.
@Suite struct RemovalTests {
  /// Scores of images, one by one.
  private static func scores(_ network: Network, _ images: [Tensor]) throws -> [Scores] {
    let device = try DeviceNetwork(network.canonized(), on: TestDevice.plain)
    return try images.map { Scores(try device.forward(.stack([$0])).scores().scalars) }
  }

  private static func close(_ a: [Double], _ b: [Double]) -> Double {
    let size = max(1, b.map(abs).max() ?? 0)
    return zip(a, b).map { abs($0 - $1) }.max()! / size
  }

  @Test("every replacement's curve is that of images made by hand", arguments: allReplacements, KernelFamily.allCases)
  func replaced(_ replacement: Replacement, _ family: KernelFamily) throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let tensors = test.images(3, seed: 9)
    let images = zip(tensors, test.images(3, seed: 10)).enumerated().map {
      RemovalImage($1.0, key: UInt64($0) + 77, given: $1.1)
    }
    let runner = try RemovalRunner(test.network, low: low, high: high, on: TestDevice.engine(of: family), batch: 4)
    let twin = RemovalTwin(low: low, high: high)
    for removal in [
      Removal(.pixel, .random(seed: 5), replacement, steps: 3, unitsPerStep: 100),
      Removal(.patch(edge: 7), .random(seed: 6), replacement, steps: 12),
    ] {
      let entries = try images.indices.map {
        try RemovalEntry(
          image: $0, key: images[$0].key, map: RelevanceMap(tensors[$0]), removal: removal, target: $0)
      }
      for way in RemovalRunner.Way.allCases {
        let curves = try runner.curves(entries, of: images, removal, way: way)
        for (entry, curve) in zip(entries, curves) {
          let made = twin.images(images[entry.image], entry.sequence, removal, steps: removal.steps!)
          let scores = try Self.scores(test.network, made)
          let logits = scores.map { Double($0.logits[entry.target]) }
          #expect(Self.close(curve.logits, logits) < 2e-5, "\(removal.name), \(way), \(family)")
          #expect(
            Self.close(curve.probabilities, scores.map { $0.probabilities[entry.target] }) < 2e-5,
            "\(removal.name), \(way)")
          #expect(logits[0] != logits[1])
        }
      }
    }
  }

  @Test(
    "windows give what whole images give, in every kind of network", arguments: TestNetwork.all, KernelFamily.allCases)
  func windows(_ test: TestNetwork, _ family: KernelFamily) throws {
    let (low, high) = test.bounds
    let images = test.images(4, seed: 21).map { RemovalImage($0) }
    let runner = try RemovalRunner(test.network, low: low, high: high, on: TestDevice.engine(of: family), batch: 3)
    for unit in [RemovalUnit.pixel, .patch(edge: 2), .patch(edge: 5)] {
      let steps = min(40, unit.count(height: test.network.inputShape[1], width: test.network.inputShape[2]))
      let removal = Removal(unit, .random(seed: 8), .inversion, steps: steps)
      let entries = try images.indices.map {
        try RemovalEntry(
          image: $0, key: UInt64($0), map: RelevanceMap(images[$0].tensor), removal: removal, target: 1)
      }
      let windows = try runner.curves(entries, of: images, removal)
      let whole = try runner.curves(entries, of: images, removal, way: .whole)
      for (a, b) in zip(windows, whole) {
        #expect(Self.close(a.logits, b.logits) < 2e-5, "\(test), \(unit), \(family)")
        #expect(a.logits.first != a.logits.last)
      }
    }
  }

  @Test("layers up to the flattening are computed as windows, of the sizes that the definitions give")
  func reach() throws {
    let device = try DeviceNetwork(
      TestNetwork.chain.network.canonized(), on: TestDevice.cpu, batch: 1, scoresOnly: true)
    let local = try #require(try LocalForward(device, edge: 1))
    #expect(local.windowedLayers == ["conv1", "conv2", "pool2", "conv3", "pool3"])
    #expect(try LocalForward(device, edge: 20) == nil)

    // One pixel of 24: 3 x 3 read by 3 rows, those by 5, which 3 rows of a pooling by 2 may hold (4..8: 2, 3, 4).
    let input = AxisReach(input: 24, length: 1)
    let first = input.through(kernel: 3, stride: 1, padding: 1, dilation: 1, extent: 24)
    #expect(first.count == 3)
    #expect(first.begins[0] == 0)  // -1 is no row
    #expect(first.begins[10] == 9)
    #expect(first.begins[23] == 21)  // 22, 23 and one that does not change
    let second = first.through(kernel: 3, stride: 1, padding: 1, dilation: 1, extent: 24)
    #expect(second.count == 5)
    let pooled = second.through(kernel: 2, stride: 2, padding: 0, dilation: 1, extent: 12)
    #expect(pooled.count == 3)
    #expect(pooled.begins[10] == 4)  // rows 8 ... 12
    #expect(pooled.begins[11] == 4)  // rows 9 ... 13
    #expect(pooled.begins[23] == 9)
    let joined = input.joined(second, extent: 24)
    #expect(joined == second)
  }

  @Test("a curve has the same bits alone, in company, and in every batch")
  func batches() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let images = test.images(5, seed: 31).enumerated().map { RemovalImage($1, key: UInt64($0)) }
    for removal in [
      Removal(.patch(edge: 4), .mostRelevantFirst, .uniform(seed: 1), steps: 10),
      Removal(.pixel, .leastRelevantFirst, .mean, steps: 4, unitsPerStep: 50),
    ] {
      let entries = try images.indices.map {
        try RemovalEntry(image: $0, map: RelevanceMap(images[$0].tensor), removal: removal, target: $0)
      }
      var all: [[RemovalCurve]] = []
      for batch in [1, 2, 5, 16] {
        let runner = try RemovalRunner(test.network, low: low, high: high, on: TestDevice.engine, batch: batch)
        all.append(try runner.curves(entries, of: images, removal))
      }
      let runner = try RemovalRunner(test.network, low: low, high: high, on: TestDevice.engine, batch: 3)
      all.append(try entries.map { try runner.curves([$0], of: images, removal)[0] })
      for curves in all.dropFirst() { #expect(curves == all[0], "\(removal.name)") }
    }
  }

  @Test("the order is that of the map: most relevant, least relevant, patches by their sum")
  func orders() throws {
    // 3 x 3, patches of 2: {0, 1, 3, 4}, {2, 5}, {6, 7}, {8}
    let map = try RelevanceMap(Tensor(shape: [3, 3], scalars: [1, 1, 9, 1, 1, -8, 2, 1, 3]))
    func order(_ order: RemovalOrder, _ unit: RemovalUnit, _ count: Int) -> [Int32] {
      order.sequence(of: map, unit: unit, count: count, key: 0)
    }
    #expect(order(.mostRelevantFirst, .pixel, 4) == [2, 8, 6, 0])
    #expect(order(.leastRelevantFirst, .pixel, 4) == [5, 0, 1, 3])
    #expect(order(.mostRelevantFirst, .patch(edge: 2), 4) == [0, 2, 3, 1])  // 4, 3, 3, 1
    #expect(order(.leastRelevantFirst, .patch(edge: 2), 4) == [1, 2, 3, 0])
    #expect(Set(order(.random(seed: 1), .patch(edge: 2), 4)) == [0, 1, 2, 3])
    let own = RemovalOrder.random(seed: 1).sequence(of: map, unit: .pixel, count: 9, key: 5)
    #expect(own == RemovalOrder.random(seed: 1).sequence(of: map.negated, unit: .pixel, count: 9, key: 5))
    #expect(own != RemovalOrder.random(seed: 1).sequence(of: map, unit: .pixel, count: 9, key: 6))
  }

  @Test("AOPC and area by hand; they join where the curve's ends weigh half")
  func areas() {
    let f = [4.0, 2, 1, 1]
    #expect(AOPC.value(f) == (0 + 2 + 3 + 3) / 4.0)
    #expect(AreaUnderCurve.value(f) == (3 + 1.5 + 1) / 3.0)
    #expect(AOPC.value([7, 7]) == 0)
    let curve = RemovalCurve(logits: f, probabilities: [0.5, 0.7, 0.1, 0])
    #expect(Selectivity.value(curve) == AreaUnderCurve.value(f))
    #expect(TenPixelExperiment(.lowest).change(curve) == 0.7 - 0.5)
  }

  @Test("the ten-pixel experiment tells shares, mean, deviation and extremes")
  func summary() {
    let summary = TenPixelExperiment.Summary([0.5, -0.25, 0, 0.75])
    #expect((summary.improved, summary.worsened) == (0.5, 0.25))
    #expect((summary.mean, summary.smallest, summary.largest) == (0.25, -0.25, 0.75))
    #expect(summary.deviation == (0.0625 + 0.25 + 0.0625 + 0.25).squareRoot() / 2)
  }

  @Test("fewer pixels than steps, orders, classes and images that do not fit say so")
  func errors() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let image = RemovalImage(test.images(1, seed: 1)[0])
    let runner = try RemovalRunner(test.network, low: low, high: high, on: TestDevice.engine, batch: 1)
    func message(_ entry: RemovalEntry, _ removal: Removal, _ image: RemovalImage) -> String {
      let error = #expect(throws: EvaluationError.self) { try runner.curves([entry], of: [image], removal) }
      return error?.description ?? ""
    }
    let all = RemovalEntry(image: 0, sequence: (0..<480).map { $0 }, target: 0)
    #expect(
      message(all, Removal(.pixel, steps: 481), image).contains("481 steps of 1 each need more than the 480 pixels"))
    #expect(
      message(all, Removal(.patch(edge: 10), steps: 7), image).contains("ask for at most 6 steps, or smaller patches"))
    #expect(message(all, Removal(.pixel, steps: 5, unitsPerStep: 120), image).contains("at most 4 steps"))
    #expect(throws: EvaluationError.self) {
      try RemovalEntry(
        image: 0, map: RelevanceMap(image.tensor), removal: Removal(.patch(edge: 10), steps: 7), target: 0)
    }
    let short = RemovalEntry(image: 0, sequence: [1, 2], target: 0)
    #expect(message(short, Removal(.pixel, steps: 3), image).contains("an order of 2 units: expected 3"))
    let outside = RemovalEntry(image: 0, sequence: [1, 2, 480], target: 0)
    #expect(message(outside, Removal(.pixel, steps: 3), image).contains("0 to 479"))
    let stranger = RemovalEntry(image: 0, sequence: [1, 2, 3], target: 5)
    #expect(message(stranger, Removal(.pixel, steps: 3), image).contains("class 5: the network has classes 0 to 4"))
    let other = RemovalImage(Tensor(repeating: 0, shape: [3, 20, 24]))
    #expect(message(all, Removal(.pixel, steps: 3), other).contains("expected [3, 24, 20]"))
    #expect(message(all, Removal(.pixel, .mostRelevantFirst, .given, steps: 3), image).contains("found none"))
    #expect(
      message(all, Removal(.pixel, .mostRelevantFirst, .blur(deviation: 0), steps: 3), image).contains("positive"))
    #expect(throws: EvaluationError.self) {
      try RemovalRunner(test.network, low: [0], high: [1], on: TestDevice.engine)
    }
  }

  @Test("an image with numbers that are not finite is refused, by its place")
  func notFinite() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    var scalars = test.images(1, seed: 1)[0].scalars
    scalars[5] = .infinity
    let image = RemovalImage(Tensor(shape: test.network.inputShape, scalars: scalars))
    let runner = try RemovalRunner(test.network, low: low, high: high, on: TestDevice.engine, batch: 1)
    let error = #expect(throws: EvaluationError.self) {
      try runner.curves([RemovalEntry(image: 0, sequence: [0, 1], target: 0)], of: [image], Removal(.pixel, steps: 2))
    }
    #expect(error?.description.contains("image 0: it holds NaN or infinite numbers") == true)
  }
}
