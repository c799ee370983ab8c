import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Weights of 24 bits, which dense layers read where speed is asked for: what is packed is what the format says, and its
/// products are those of the weights.
@Suite struct NarrowWeightsTests {
  private static let engine = TestDevice.cpu(precision: .fast)

  /// More weights than stay in a core's cache; features that are no multiple of a block, and outputs none of a piece of work.
  private static let (outputs, features) = (531, 1003)

  /// Rows of different sizes, one with a weight far beyond its others, one of zeros, one with no other sign than plus.
  private static let layer: Dense = {
    var random = SplitMix64(seed: 171)
    var weight = random.units(outputs * features)
    for k in 0..<outputs {
      let size: Float = [1, 1e-3, 3e4, 1e-30][k % 4]
      for i in 0..<features { weight[k * features + i] *= k == 7 ? 0 : size }
    }
    weight[8 * features + 70] = 900
    for i in 9 * features..<10 * features { weight[i] = weight[i].magnitude }
    return Dense(
      weight: Tensor(shape: [outputs, features], scalars: weight),
      bias: Tensor(shape: [outputs], scalars: random.units(outputs)))
  }()

  private static let shapes = LayerShapes(inputs: [[features]], output: [outputs])

  private static func parameters(_ part: WeightPart) throws -> DeviceParameters {
    var parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "layer", on: engine)
    parameters.part = part
    return parameters
  }

  private static func rho(_ w: Float, _ part: WeightPart) -> Double {
    switch part {
    case .signed(let part): Double(part.positive * max(w, 0) + part.negative * min(w, 0))
    case .square: Double(w * w)
    case .one: 1
    }
  }

  /// The numbers of one row of cpu/narrow.h, read as it says.
  private static func unpacked(_ words: [Float], row k: Int) -> [Double] {
    let whole = features / 64
    let pitch = (whole * 48 + features % 64 + 15) / 16 * 16
    let scale = Double(words[outputs * pitch + k])
    func word(_ block: Int, _ vector: Int, _ lane: Int) -> Int32 {
      Int32(bitPattern: words[k * pitch + 48 * block + 16 * vector + lane].bitPattern)
    }
    return (0..<features).map { i in
      let (block, vector, lane) = (i / 64, i % 64 / 16, i % 16)
      guard block < whole else { return Double(words[k * pitch + 48 * whole + i - 64 * whole]) * scale / 0x1p31 }
      if vector < 3 { return Double(word(block, vector, lane)) * scale / 0x1p31 }
      let bytes = (0..<3).map { UInt32(bitPattern: word(block, $0, lane)) & 0xFF }
      return Double(Int32(bitPattern: bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8)) * scale / 0x1p31
    }
  }

  static let parts: [WeightPart] = [
    .all, .signed(SignedPart(positive: 1.25, negative: 1)), .signed(.positive), .square, .one,
  ]

  @Test("a weight is off by half a step at most, 2⁻²⁴ of its row's largest", arguments: parts)
  func packing(_ part: WeightPart) throws {
    let parameters = try Self.parameters(part)
    let packed = try WeightRows(Self.layer.weight, on: Self.engine).numbers(parameters, on: Self.engine)
    #expect(packed.count == WeightRows.packedCount(Self.layer.weight, Self.engine.choice))
    let words = try Self.engine.queue.read(packed, count: packed.count)
    let weights = Self.layer.weight.scalars
    for k in 0..<Self.outputs {
      let expected = (0..<Self.features).map { Self.rho(weights[k * Self.features + $0], part) }
      let largest = expected.map(abs).max()!
      let worst = zip(Self.unpacked(words, row: k), expected).map { abs($0 - $1) }.max()!
      // The square of the smallest is no number in single precision.
      let floor = part == .square ? 1e-45 : 0
      #expect(worst <= 0x1.001p-24 * largest + floor, "row \(k): off by \(worst / largest) of its largest")
    }
  }

  @Test("sums in both directions are those of the weights", arguments: parts, [1, 2, 3, 5, 10])
  func products(_ part: WeightPart, _ batch: Int) throws {
    let engine = Self.engine
    let parameters = try Self.parameters(part)
    var random = SplitMix64(seed: 172)
    let x = random.units(batch * Self.features)
    // Behind a rectifier: every third output sends nothing back in any entry, others in some.
    let s = random.units(batch * Self.outputs).enumerated().map { index, value in
      index % Self.outputs % 3 == 0 || index % 7 == 0 ? 0 : value
    }
    let weights = Self.layer.weight.scalars
    let biases = Self.layer.bias!.scalars
    var sums = [Double](repeating: 0, count: batch * Self.outputs)
    var sizes = [Double](repeating: 0, count: Self.outputs)
    var back = [Double](repeating: 0, count: batch * Self.features)
    for k in 0..<Self.outputs {
      for i in 0..<Self.features {
        let w = Self.rho(weights[k * Self.features + i], part)
        sizes[k] = max(sizes[k], abs(w))
        for n in 0..<batch {
          sums[n * Self.outputs + k] += w * Double(x[n * Self.features + i])
          back[n * Self.features + i] += w * Double(s[n * Self.outputs + k])
        }
      }
      for n in 0..<batch { sums[n * Self.outputs + k] += Double(biases[k]) }
    }
    let (source, target) = (try Buffer(x, on: engine.queue), try Buffer<Float>(count: sums.count, on: engine.queue))
    try Self.layer.apply(
      [Operand(source, [Self.features])], parameters, for: .forward, finish: Finish(), into: target,
      shapes: Self.shapes,
      batch: batch, on: engine)
    let found = try engine.queue.read(target, count: sums.count)
    for (index, value) in found.enumerated() {
      // Half a step in each of many terms, whose signs cancel; row by row, because rows are of different sizes.
      let allowed = 1e-5 * (sizes[index % Self.outputs] + abs(sums[index]))
      #expect(
        abs(Double(value) - sums[index]) <= allowed, "output \(index % Self.outputs) of entry \(index / Self.outputs)")
    }
    let c = try Buffer<Float>(count: back.count, on: engine.queue)
    try Self.layer.transpose(
      try Buffer(s, on: engine.queue), parameters, toInput: 0, for: .backward(bounded: true), finish: Finish(), into: c,
      shapes: Self.shapes, batch: batch, on: engine)
    expectClose(
      try engine.queue.read(c, count: back.count), back, tolerance: 2e-6,
      Origin(what: "transpose, \(part)", shape: [batch, Self.features], seed: 172, filter: "NarrowWeightsTests"))
  }

  @Test("few weights, and accurate products, are read as they are")
  func choice() {
    let few = Tensor(repeating: 1, shape: [10, 100])
    #expect(!WeightRows.isNarrow(few, Self.engine.choice))
    #expect(!WeightRows.isNarrow(Self.layer.weight, KernelChoice(family: .cpu, precision: .accurate)))
    #expect(!WeightRows.isNarrow(Self.layer.weight, KernelChoice(family: .gpu, precision: .fast)))
    #expect(WeightRows.isNarrow(Self.layer.weight, Self.engine.choice))
  }

  @Test("the plan says where it is so, and counts the form once for all passes")
  func plan() throws {
    let network = try Network.single(Self.layer, input: [Self.features])
    let rules = try RuleTable(["layer": EpsilonRule()], for: network)
    let accurate = PropagationPlan(network, rules: rules).layers[0]
    let fast = PropagationPlan(network, rules: rules, kernels: Self.engine.choice).layers[0]
    #expect(!accurate.shortcuts.contains("weights in 24 bits") && fast.shortcuts.contains("weights in 24 bits"))
    #expect(accurate.modifiedWeightBytes == 0 && fast.modifiedWeightBytes == 0)
    let gamma = try RuleTable(["layer": GammaRule()], for: network)
    let packed = MemoryLayout<Float>.stride * WeightRows.packedCount(Self.layer.weight, Self.engine.choice)
    #expect(PropagationPlan(network, rules: gamma, kernels: Self.engine.choice).layers[0].modifiedWeightBytes == packed)
    let device = DeviceNetwork.bytes(of: network, batch: 1, on: Self.engine)
    let plain = try DeviceNetwork.bytes(
      of: network, batch: 1, on: Engine(device: TestDevice.engine.device, family: .plain))
    #expect(device - plain == packed)
  }
}
