import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 3: the GPU's convolutions against the plain ones, on whatever device the tests have. Small integers are exact in any
/// order, so both must agree to the bit, and so must what lies behind the output.
@Suite struct GatherConvolutionTests {
  /// Every tile size of the table, and one that strains the kernel: one buffer, eight by four, no padding.
  private static let kernels: [TunedKernel] =
    TunableKernel.tiles.map { TunedKernel(kernel: $0, values: $0.standard) } + [
      TunedKernel(
        kernel: .tiledSquare,
        values: [
          "POSITIONS": 32, "CHANNELS": 16, "ITEM_POSITIONS": 8, "ITEM_CHANNELS": 4, "SLAB": 8, "BUFFERS": 1,
          "PADDING": 0,
        ])
    ]

  @Test("tiles of every size and the plain convolution agree to the bit", arguments: kernels.indices)
  func tiled(_ index: Int) throws {
    for example in ConvolutionCase.tiled { try compare(example, Self.kernels[index]) }
  }

  /// Groups of four work-items: what an interpreter of kernels can run (Tests/oclgrind.sh).
  @Test("the smallest tiles and the plain convolution agree to the bit", arguments: [1, 2])
  func smallest(_ buffers: Int) throws {
    let kernel = TunedKernel(
      kernel: .tiledSquare,
      values: [
        "POSITIONS": 8, "CHANNELS": 8, "ITEM_POSITIONS": 4, "ITEM_CHANNELS": 4, "SLAB": 8, "BUFFERS": buffers,
        "PADDING": 1,
      ])
    for example in ConvolutionCase.small { try compare(example, kernel) }
  }

  @Test("depthwise and plain convolution agree to the bit", arguments: [1, 4])
  func depthwise(_ columns: Int) throws {
    let kernel = TunedKernel(kernel: .depthwise, values: ["COLUMNS": columns, "ITEMS": 64])
    for example in ConvolutionCase.depthwise { try compare(example, kernel) }
  }

  private func compare(_ example: ConvolutionCase, _ kernel: TunedKernel) throws {
    let shapes = try example.shapes()
    let layer = example.layer
    var random = SplitMix64(seed: example.seed &+ 77)
    for (batch, shared, part, accumulate) in [
      (1, false, SignedPart.all, false), (3, false, .positive, true), (2, true, .negative, false),
    ] {
      let layer = batch == 3 ? try example.biasedByPosition() : layer
      let input = random.integers((shared ? 1 : batch) * example.input.count)
      func run(_ engine: Engine) throws -> [Float] {
        let parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "test", on: engine)
        let output = try Guarded(count: batch * shapes.output.count, filledWith: 7, on: engine)
        let operand = Operand(
          buffer: try Buffer(input, on: engine.queue), stride: shared ? 0 : example.input.count, part: part.onDevice)
        if engine.family == .gpu {
          try GatherConvolution(layer.geometry(shapes), isTransposed: false).run(
            operand, parameters, finish: Finish(coefficient: -2, accumulate: accumulate), into: output.buffer,
            batch: batch,
            with: kernel, on: engine)
        } else {
          try layer.apply(
            [operand], parameters, for: .forward, finish: Finish(coefficient: -2, accumulate: accumulate),
            into: output.buffer, shapes: shapes,
            batch: batch, on: engine)
        }
        return try output.read()
      }
      #expect(try run(TestDevice.gpu) == run(TestDevice.plain), "\(kernel.kernel.name): \(example), batch \(batch)")
    }

    let s = random.integers(2 * shapes.output.count)
    func transposed(_ engine: Engine) throws -> [Float] {
      let parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "test", on: engine).withoutBias
      let output = try Guarded(count: 2 * example.input.count, filledWith: 7, on: engine)
      let source = try Buffer(s, on: engine.queue)
      if engine.family == .gpu {
        let operand = Operand(buffer: source, stride: shapes.output.count, part: SignedPart.all.onDevice)
        try GatherConvolution(layer.geometry(shapes), isTransposed: true).run(
          operand, parameters, into: output.buffer, batch: 2, with: kernel, on: engine)
      } else {
        try layer.transpose(
          source, parameters, toInput: 0, for: .backward(bounded: true), finish: Finish(), into: output.buffer,
          shapes: shapes, batch: 2, on: engine)
      }
      return try output.read()
    }
    #expect(
      try transposed(TestDevice.gpu) == transposed(TestDevice.plain), "\(kernel.kernel.name): transpose of \(example)")
  }

  /// Sums of blocks: |error| ≤ (block + blocks + 2) · 2⁻²⁴ · Σ|x·w| for every output, whatever the order within a block.
  @Test("with any numbers the error is bounded by the length and the number of blocks", arguments: kernels.indices)
  func rounding(_ index: Int) throws {
    let kernel = Self.kernels[index]
    let (channels, filters) = (160, 6)
    var random = SplitMix64(seed: 5)
    let weight: Shape = [filters, channels, 3, 3]
    let layer = Convolution(weight: Tensor(shape: weight, scalars: random.units(weight.count)), bias: nil)
    let input: Shape = [channels, 3, 3]
    let shapes = LayerShapes(inputs: [input], output: [filters, 1, 1])
    let x = random.units(input.count)
    let engine = TestDevice.gpu
    let output = try Guarded(count: filters, filledWith: 0, on: engine)
    let image = Tensor(shape: [1, channels, 3, 3], scalars: x)
    let operand = Operand(
      buffer: try Buffer(ChannelsLast.scalars(of: image), on: engine.queue), stride: input.count,
      part: SignedPart.all.onDevice)
    try GatherConvolution(layer.geometry(shapes), isTransposed: false).run(
      operand, try DeviceNetwork.upload(layer, shapes: shapes, name: "test", on: engine), into: output.buffer, batch: 1,
      with: kernel, on: engine)
    let found = try output.read()
    let terms = channels * 9
    let block = 128  // SUM_BLOCK
    let w = layer.weight.scalars
    for k in 0..<filters {
      let products = (0..<terms).map { Double(x[$0]) * Double(w[k * terms + $0]) }
      let bound =
        Double(block + (terms + block - 1) / block + 2) * 0x1p-24 * products.reduce(0) { $0 + abs($1) }
      #expect(
        abs(Double(found[k]) - products.reduce(0, +)) <= bound, "\(kernel.kernel.name): filter \(k), bound \(bound)")
    }
  }

  @Test("the choice of tiles follows the shape: many outputs, few positions, few channels")
  func choice() throws {
    func name(_ channels: Int, _ size: Int, filters: Int, transposed: Bool = false, batch: Int = 1) throws -> String {
      let example = ConvolutionCase(channels, size, size, filters: filters, 1, 1, seed: 1)
      return GatherConvolution(example.layer.geometry(try example.shapes()), isTransposed: transposed)
        .choice(batch: batch, on: TestDevice.gpu).kernel.name
    }
    #expect(try name(8, 128, filters: 256) == "tiled.wide")
    #expect(try name(3, 128, filters: 64, transposed: true) == "tiled.narrow")
    #expect(try name(256, 1, filters: 512, batch: 8) == "tiled.flat")
  }
}

extension DeviceParameters {
  fileprivate var withoutBias: DeviceParameters {
    var copy = self
    copy.bias = nil
    copy.biasMode = .none
    return copy
  }
}
