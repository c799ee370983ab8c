import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// A sum that finishes in one launch is the plain kernels' sum and the launches behind it, to the bit.
@Suite struct AdditionTests {
  private static let images = 2
  private static let engines: [(name: String, engine: Engine)] = [("cpu", TestDevice.cpu), ("gpu", TestDevice.gpu)]
  /// Not a multiple of a vector's lanes.
  private static let shape: Shape = [5, 3, 7]

  private func shapes(_ inputs: Int) -> LayerShapes {
    LayerShapes(inputs: Array(repeating: Self.shape, count: inputs), output: Self.shape)
  }

  private func numbers(_ seed: UInt64, perImage: Int = 1) -> [Float] {
    var random = SplitMix64(seed: seed)
    return random.integers(Self.images * perImage * Self.shape.count)
  }

  @Test("the sum, kept and rectified", arguments: [2, 3, 5], [false, true])
  func applies(inputs: Int, accumulates: Bool) throws {
    let parts = [SignedPart.all, .positive, .negative, .all, .positive]
    /// z and max(z, 0).
    func run(_ engine: Engine) throws -> [[Float]] {
      let operands = try (0..<inputs).map { number in
        Operand(
          buffer: try Buffer(numbers(UInt64(number)), on: engine.queue), stride: Self.shape.count,
          part: parts[number].onDevice)
      }
      let kept = try Buffer(numbers(77), on: engine.queue)
      var finish = Finish(coefficient: -2, accumulate: accumulates)
      let isPlain = engine.family == .plain
      let target = try Buffer<Float>(count: Self.images * Self.shape.count, on: engine.queue)
      if !isPlain { (finish.kept, finish.rectifies) = (kept, true) }
      try Addition().apply(
        operands, DeviceParameters(), for: .forward, finish: finish, into: isPlain ? kept : target,
        shapes: shapes(inputs), batch: Self.images, on: engine)
      if isPlain {
        try ReLU().forward([kept], into: target, shapes: shapes(1), batch: Self.images, on: engine)
      }
      let count = Self.images * Self.shape.count
      return [try engine.queue.read(kept, count: count), try engine.queue.read(target, count: count)]
    }
    let plain = try run(TestDevice.plain)
    #expect(Set(plain[1]).count > 3)
    for (name, engine) in Self.engines { #expect(try run(engine) == plain, "\(name)") }
  }

  @Test("back to an input: c, R added up, and s of the layer below")
  func transposes() throws {
    let (targets, count) = (3, Self.shape.count)
    let entries = Self.images * targets
    let stabilizer = Stabilizer(0.5)
    func run(_ engine: Engine) throws -> [[Float]] {
      let (s, a, z) = try (
        Buffer(numbers(1, perImage: targets), on: engine.queue), Buffer(numbers(2), on: engine.queue),
        Buffer(numbers(3), on: engine.queue)
      )
      let relevance = try Buffer(numbers(4, perImage: targets), on: engine.queue)
      let next = try Buffer<Float>(count: entries * count, on: engine.queue)
      let product = Operand(buffer: a, stride: count, part: SignedPart.positive.onDevice)
      func transpose(_ finish: Finish, into target: Buffer<Float>) throws {
        try Addition().transpose(
          s, DeviceParameters(), toInput: 1, for: .backward(bounded: true), finish: finish, into: target,
          shapes: shapes(2), batch: entries, on: engine)
      }
      if engine.family == .plain {
        try transpose(Finish(targets: targets), into: next)
        try engine.launch(
          "product", grid: Grid(engine.vectors(count), entries), Int32(count), Int32(targets), a, Int32(count),
          product.part, next, Float(2), Int32(1), relevance)
        try engine.launch(
          "quotient", grid: Grid(engine.vectors(count), entries), Int32(count), Int32(targets), relevance, z, z,
          Share.Gate.always.rawValue, stabilizer.onDevice, z, next)
      } else {
        try transpose(
          Finish(
            product: product, coefficient: 2, accumulate: true, kept: relevance,
            quotient: .init(other: z, stabilizer: stabilizer, statistics: z, gate: .always, output: z), targets: targets
          ),
          into: next)
      }
      return [
        try engine.queue.read(relevance, count: entries * count), try engine.queue.read(next, count: entries * count),
      ]
    }
    let plain = try run(TestDevice.plain)
    #expect(Set(plain[1]).count > 3)
    for (name, engine) in Self.engines { #expect(try run(engine) == plain, "\(name)") }
  }
}
