import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 3: the GPU's dense layers against the plain ones, to the bit on small integers, with guards.
@Suite struct MatrixProductTests {
  private static let sizes = [(1, 1), (3, 5), (16, 17), (33, 64), (1030, 9), (5000, 3), (7, 300)]

  /// One image by matrix and vector, several in tiles; both also in groups of other sizes.
  private static let kernels: [TunedKernel?] = [
    nil, TunedKernel(kernel: .vector, values: ["ROWS": 3, "ROW_SHARES": 5, "COLUMNS": 16, "COLUMN_SHARES": 2]),
    TunedKernel(kernel: .tiledFlat, values: TunableKernel.tiledFlat.standard),
  ]

  @Test("dense layers and their transposes agree with the plain ones to the bit", arguments: kernels.indices, [1, 3])
  func agrees(_ index: Int, _ batch: Int) throws {
    for size in Self.sizes { try compare(Self.kernels[index], size, batch: batch) }
  }

  /// What an interpreter of kernels can run (Tests/oclgrind.sh).
  @Test("a small dense layer and its transpose agree with the plain ones to the bit", arguments: [(9, 5), (140, 3)])
  func smallest(_ features: Int, _ outputs: Int) throws {
    let values = ["ROWS": 2, "ROW_SHARES": 3, "COLUMNS": 4, "COLUMN_SHARES": 2]
    try compare(TunedKernel(kernel: .vector, values: values), (features, outputs), batch: 1)
  }

  private func compare(_ kernel: TunedKernel?, _ size: (features: Int, outputs: Int), batch: Int) throws {
    let (features, outputs) = size
    var random = SplitMix64(seed: UInt64(features * outputs))
    let weight: Shape = [outputs, features]
    let layer = Dense(
      weight: Tensor(shape: weight, scalars: random.integers(weight.count)),
      bias: Tensor(shape: [outputs], scalars: random.integers(outputs)))
    let shapes = LayerShapes(inputs: [[features]], output: [outputs])
    let (x, s) = (random.integers(batch * features), random.integers(batch * outputs))
    func run(_ engine: Engine) throws -> [[Float]] {
      var parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "test", on: engine)
      let (z, c) = (
        try Guarded(count: batch * outputs, filledWith: 7, on: engine),
        try Guarded(count: batch * features, filledWith: 7, on: engine)
      )
      let input = Operand(
        buffer: try Buffer(x, on: engine.queue), stride: features, part: SignedPart.positive.onDevice)
      let source = try Buffer(s, on: engine.queue)
      let isTuned = engine.family == .gpu && kernel != nil
      if isTuned {
        try MatrixProduct(weight: weight, isTransposed: false).run(
          input, parameters, finish: Finish(coefficient: -2, accumulate: true), into: z.buffer, batch: batch,
          with: kernel, on: engine
        )
      } else {
        try layer.apply(
          [input], parameters, for: .forward, finish: Finish(coefficient: -2, accumulate: true), into: z.buffer,
          shapes: shapes, batch: batch,
          on: engine)
      }
      (parameters.bias, parameters.biasMode) = (nil, .none)
      if isTuned {
        try MatrixProduct(weight: weight, isTransposed: true).run(
          Operand(buffer: source, stride: outputs, part: SignedPart.all.onDevice), parameters, into: c.buffer,
          batch: batch, with: kernel, on: engine)
      } else {
        try layer.transpose(
          source, parameters, toInput: 0, for: .backward(bounded: true), finish: Finish(), into: c.buffer,
          shapes: shapes, batch: batch, on: engine)
      }
      return [try z.read(), try c.read()]
    }
    #expect(try run(TestDevice.gpu) == run(TestDevice.plain), "\(features) to \(outputs), batch \(batch)")
  }

  @Test(
    "matrix times vector and tiles give the same bits for any numbers, so an image's are its own",
    arguments: [300, 301])
  func sameOrder(_ features: Int) throws {
    var random = SplitMix64(seed: 3)
    let (outputs, batch) = (270, 3)
    let weight: Shape = [outputs, features]
    let layer = Dense(
      weight: Tensor(shape: weight, scalars: random.units(weight.count)),
      bias: Tensor(shape: [outputs], scalars: random.units(outputs)))
    let shapes = LayerShapes(inputs: [[features]], output: [outputs])
    let (x, s) = (random.units(batch * features), random.units(batch * outputs))
    let engine = TestDevice.gpu
    func run(_ kernel: TunableKernel, isTransposed: Bool) throws -> [Float] {
      var parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "test", on: engine)
      if isTransposed { (parameters.bias, parameters.biasMode) = (nil, .none) }
      let output = try Guarded(count: batch * (isTransposed ? features : outputs), filledWith: 0.3, on: engine)
      let operand = Operand(
        buffer: try Buffer(isTransposed ? s : x, on: engine.queue), stride: isTransposed ? outputs : features,
        part: SignedPart.all.onDevice)
      try MatrixProduct(weight: weight, isTransposed: isTransposed).run(
        operand, parameters, finish: Finish(coefficient: 0.7, accumulate: true), into: output.buffer, batch: batch,
        with: engine.tuned(kernel), on: engine)
      return try output.read()
    }
    for isTransposed in [false, true] {
      let vector = try run(.vector, isTransposed: isTransposed)
      for tile in TunableKernel.tiles {
        #expect(try run(tile, isTransposed: isTransposed) == vector, "\(tile), transpose \(isTransposed)")
      }
    }
  }
}
