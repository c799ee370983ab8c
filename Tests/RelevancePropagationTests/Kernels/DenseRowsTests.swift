import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Dense layers on a CPU read a row of weights for every input, and not those that zeros are multiplied with: their sums are those
/// of all weights.
@Suite struct DenseRowsTests {
  private static let engine = TestDevice.cpu

  struct Size: CustomTestStringConvertible {
    let outputs: Int
    let features: Int
    var testDescription: String { "\(features) to \(outputs)" }
  }

  /// Less than a vector, whole vectors, several pieces of work and a part of one, rows longer than a block of sums.
  static let sizes = [(1, 1), (3, 70), (16, 64), (512, 70), (531, 203), (1040, 33), (40, 1003)].map {
    Size(outputs: $0.0, features: $0.1)
  }

  private struct Case {
    let layer: Dense
    let shapes: LayerShapes
    let parameters: DeviceParameters

    init(_ size: Size, _ random: inout SplitMix64) throws {
      layer = Dense(
        weight: Tensor(shape: [size.outputs, size.features], scalars: random.units(size.outputs * size.features)),
        bias: Tensor(shape: [size.outputs], scalars: random.units(size.outputs)))
      shapes = LayerShapes(inputs: [[size.features]], output: [size.outputs])
      parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "layer", on: engine)
    }

    func weight(_ k: Int, _ i: Int) -> Double { Double(layer.weight.scalars[k * shapes.inputs[0][0] + i]) }
  }

  /// Numbers with zeros of both signs: whole vectors and blocks of them in every entry, others in one entry alone.
  private static func sparse(_ count: Int, entries: Int, _ random: inout SplitMix64) -> [Float] {
    random.units(count * entries).enumerated().map { index, value in
      let (entry, i) = index.quotientAndRemainder(dividingBy: count)
      if i % 3 == 0 || i / 16 % 4 == 1 || i / 64 % 5 == 2 { return 0 }
      return i % 7 == entry % 7 ? -0.0 : value
    }
  }

  static let parts: [SignedPart] = [.all, .positive, .negative, SignedPart(positive: 0.5, negative: -2)]

  @Test("forward", arguments: sizes, parts)
  func forward(_ size: Size, _ part: SignedPart) throws {
    let engine = Self.engine
    var random = SplitMix64(seed: 171)
    let own = try Case(size, &random)
    for batch in [1, 2, 5, 10, 70] {
      let x = Self.sparse(size.features, entries: batch, &random)
      var sums = [Double](repeating: 0, count: batch * size.outputs)
      for n in 0..<batch {
        for k in 0..<size.outputs {
          var sum = Double(own.layer.bias!.scalars[k])
          for i in 0..<size.features {
            let number = x[n * size.features + i]
            sum += Double(part.positive * max(number, 0) + part.negative * min(number, 0)) * own.weight(k, i)
          }
          sums[n * size.outputs + k] = sum
        }
      }
      let output = try Buffer<Float>(count: sums.count, on: engine.queue)
      try own.layer.apply(
        [Operand(buffer: try Buffer(x, on: engine.queue), stride: size.features, part: part.onDevice)], own.parameters,
        for: .forward, finish: Finish(), into: output, shapes: own.shapes, batch: batch, on: engine)
      expectClose(
        try engine.queue.read(output, count: sums.count), sums, tolerance: 1e-6,
        Origin(what: "\(batch) entries", shape: [batch, size.outputs], seed: 171, filter: "DenseRowsTests"))
    }
  }

  enum Relevance: CaseIterable {
    /// Half of them zeros.
    case rectified
    /// One that is not, another one in each entry.
    case ofOneClass
  }

  /// With step 4, whose a is 0 in all entries at some inputs and in some entries at others, and without.
  @Test("transpose", arguments: sizes, Relevance.allCases)
  func backward(_ size: Size, _ relevance: Relevance) throws {
    let engine = Self.engine
    var random = SplitMix64(seed: 172)
    let own = try Case(size, &random)
    for (images, targets) in [(1, 1), (2, 1), (5, 1), (1, 10), (3, 4), (35, 1)] {
      let entries = images * targets
      var s = Self.sparse(size.outputs, entries: entries, &random)
      if relevance == .ofOneClass {
        for index in s.indices {
          s[index] = index % size.outputs == (index / size.outputs * 37 + 5) % size.outputs ? 1 : 0
        }
      }
      let a = Self.sparse(size.features, entries: images, &random)
      var back = [Double](repeating: 0, count: entries * size.features)
      for m in 0..<entries {
        for k in 0..<size.outputs where s[m * size.outputs + k] != 0 {
          for i in 0..<size.features {
            back[m * size.features + i] += Double(s[m * size.outputs + k]) * own.weight(k, i)
          }
        }
      }
      for multiplies in [false, true] {
        var finish = Finish(targets: targets)
        if multiplies { finish.product = Operand(try Buffer(a, on: engine.queue), [size.features]) }
        let c = try Buffer<Float>(count: back.count, on: engine.queue)
        try own.layer.transpose(
          try Buffer(s, on: engine.queue), own.parameters, toInput: 0, for: .backward(bounded: true), finish: finish,
          into: c, shapes: own.shapes, batch: entries, on: engine)
        let expected =
          !multiplies
          ? back
          : back.enumerated().map {
            $1 * Double(a[$0 / size.features / targets * size.features + $0 % size.features])
          }
        expectClose(
          try engine.queue.read(c, count: back.count), expected, tolerance: 1e-6,
          Origin(
            what: "\(images) × \(targets) entries, a \(multiplies)", shape: [entries, size.features], seed: 172,
            filter: "DenseRowsTests"))
      }
    }
  }

  @Test("what an entry gives does not depend on the others")
  func entries() throws {
    let engine = Self.engine
    let size = Size(outputs: 531, features: 1003)
    var random = SplitMix64(seed: 173)
    let own = try Case(size, &random)
    let x = Self.sparse(size.features, entries: 6, &random)
    let s = Self.sparse(size.outputs, entries: 6, &random)
    func run(_ entries: Range<Int>) throws -> (z: [Float], c: [Float]) {
      let own = own
      let z = try Buffer<Float>(count: entries.count * size.outputs, on: engine.queue)
      let c = try Buffer<Float>(count: entries.count * size.features, on: engine.queue)
      func part(_ numbers: [Float], _ count: Int) throws -> Buffer<Float> {
        try Buffer(Array(numbers[entries.lowerBound * count..<entries.upperBound * count]), on: engine.queue)
      }
      let inputs = try part(x, size.features)
      try own.layer.apply(
        [Operand(inputs, [size.features])], own.parameters, for: .forward, finish: Finish(), into: z,
        shapes: own.shapes, batch: entries.count, on: engine)
      try own.layer.transpose(
        try part(s, size.outputs), own.parameters, toInput: 0, for: .backward(bounded: true),
        finish: Finish(product: Operand(inputs, [size.features])), into: c, shapes: own.shapes, batch: entries.count,
        on: engine)
      return (
        try engine.queue.read(z, count: entries.count * size.outputs),
        try engine.queue.read(c, count: entries.count * size.features)
      )
    }
    let together = try run(0..<6)
    for entry in 0..<6 {
      let alone = try run(entry..<entry + 1)
      #expect(alone.z == Array(together.z[entry * size.outputs..<(entry + 1) * size.outputs]), "z of entry \(entry)")
      #expect(alone.c == Array(together.c[entry * size.features..<(entry + 1) * size.features]), "c of entry \(entry)")
    }
  }

  @Test("no weight of an input that is 0 is read, back and forth")
  func zeros() throws {
    let engine = Self.engine
    var random = SplitMix64(seed: 174)
    let (outputs, features) = (40, 200)
    let isZero = (0..<features).map { $0 % 3 == 1 }
    // A weight that is not finite would show.
    let weights = random.units(outputs * features).enumerated().map { isZero[$0 % features] ? Float.nan : $1 }
    let layer = Dense(weight: Tensor(shape: [outputs, features], scalars: weights), bias: nil)
    let shapes = LayerShapes(inputs: [[features]], output: [outputs])
    let parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "layer", on: engine)
    let x = Operand(
      try Buffer(isZero.map { $0 ? 0 : 1 }, on: engine.queue), [features])
    let (z, c) = (
      try Buffer<Float>(count: outputs, on: engine.queue), try Buffer<Float>(count: features, on: engine.queue)
    )
    try layer.apply(
      [x], parameters, for: .forward, finish: Finish(), into: z, shapes: shapes, batch: 1, on: engine)
    try layer.transpose(
      z, parameters, toInput: 0, for: .backward(bounded: true), finish: Finish(product: x), into: c, shapes: shapes,
      batch: 1, on: engine)
    let sums = try engine.queue.read(z, count: outputs)
    #expect(sums.allSatisfy { $0.isFinite })
    let relevance = try engine.queue.read(c, count: features)
    #expect(zip(relevance, isZero).allSatisfy { $1 ? $0 == 0 : $0.isFinite })
  }
}
