import TestDevices
import Testing

@testable import Evaluation
@testable import RelevancePropagation

/// Continuity on the device against its definition, with copies moved and compared on the host.
@Suite struct ContinuityTests {
  private static let shifts = [Shift(0, -2), Shift(0, -1), Shift(0, 0), Shift(1, 1), Shift(3, 0)]

  /// y[i, j] = x[i − dy, j − dx], beyond the edge its nearest pixel.
  private static func moved(_ image: Tensor, _ shift: Shift, fill: [Float]? = nil) -> Tensor {
    let shape = image.shape
    let x = image.scalars
    return Tensor(
      shape: shape,
      scalars: x.indices.map { index in
        let (c, i, j) = (index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2])
        let (y, z) = (i - shift.dy, j - shift.dx)
        let (row, column) = (min(max(y, 0), shape[1] - 1), min(max(z, 0), shape[2] - 1))
        if let fill, row != y || column != z { return fill[c] }
        return x[(c * shape[1] + row) * shape[2] + column]
      })
  }

  private static func expected(_ copies: [Tensor], _ maps: [Tensor]) throws -> [[Double]] {
    let heat = try maps.map { try RelevanceMap($0).values.map(Double.init) }
    let pixels = copies.map { $0.scalars.map(Double.init) }
    return copies.indices.map { i in
      copies.indices.map { j in
        let numerator = zip(heat[i], heat[j]).reduce(0) { $0 + abs($1.0 - $1.1) }
        let denominator = zip(pixels[i], pixels[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        return i == j ? 0 : numerator / denominator
      }
    }
  }

  @Test(
    "distances of maps over distances of images, of neighbours and of all pairs",
    arguments: [Method.composite(try! .named("epsilon_plus")), .baseline(GradientInputMethod())], [1, 3, 8])
  func definition(_ method: Method, _ batch: Int) throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let runner = try MethodRunner(method, of: test.network, low: low, high: high, on: TestDevice.engine, batch: batch)
    let image = test.images(1, seed: 4)[0]
    for (border, fill) in [(TranslationBorder.edge, nil), (.zero, [0, 0, 0]), (.low(low), low)] as [(_, [Float]?)] {
      let copies = Self.shifts.map { Self.moved(image, $0, fill: fill) }
      let maps = try runner.relevance(of: copies, classes: copies.map { _ in 2 })
      let ratios = try Self.expected(copies, maps)
      let found = try ContinuityRunner(runner, shifts: Self.shifts, border: border).continuity(of: image, class: 2)
      let neighbours = (1..<copies.count).map { ratios[$0 - 1][$0] }.max()!
      let all = copies.indices.flatMap { i in (i + 1..<copies.count).map { ratios[i][$0] } }
      #expect(abs(found.largestOfNeighbours / neighbours - 1) < 1e-5)
      #expect(abs(found.largest / all.max()! - 1) < 1e-5)
      #expect(abs(found.mean / (all.reduce(0, +) / Double(all.count)) - 1) < 1e-5)
      #expect(found.scores.count == copies.count)
    }
  }

  @Test("the batch changes no bit")
  func batches() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let image = test.images(1, seed: 5)[0]
    let found = try [1, 2, 5, 7].map { batch in
      try ContinuityRunner(
        MethodRunner(
          .composite(try .named("seed")), of: test.network, low: low, high: high, on: TestDevice.engine, batch: batch),
        shifts: Self.shifts
      ).continuity(of: image, class: 0)
    }
    for one in found { #expect(one == found[0]) }
  }

  @Test("too few shifts, shifts beyond the image, a plain image and other shapes say so")
  func errors() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let runner = try MethodRunner(
      .composite(try .named("seed")), of: test.network, low: low, high: high, on: TestDevice.engine)
    func message(_ body: () throws -> Void) -> String {
      let error = #expect(throws: EvaluationError.self) { try body() }
      return error?.description ?? ""
    }
    #expect(message { _ = try ContinuityRunner(runner, shifts: [.none, .none]) }.contains("at least two different"))
    #expect(message { _ = try ContinuityRunner(runner, shifts: [.none, Shift(0, 20)]) }.contains("nothing is left"))
    #expect(
      message { _ = try ContinuityRunner(runner, shifts: Self.shifts, border: .crop) }.contains("edge, zero or low"))
    #expect(
      message { _ = try ContinuityRunner(runner, shifts: Self.shifts, border: .low([1])) }.contains("1 channels for 3"))
    let continuity = try ContinuityRunner(runner, shifts: Self.shifts)
    #expect(
      message { _ = try continuity.continuity(of: Tensor(repeating: 0.5, shape: [3, 24, 20]), class: 0) }
        .contains("one colour"))
    #expect(
      message { _ = try continuity.continuity(of: Tensor(repeating: 0, shape: [3, 20, 24]), class: 0) }
        .contains("expected an image [3, 24, 20]"))
  }
}
