import Compute
import Testing

@testable import RelevancePropagation

/// Ring 3: the direct convolution against the plain one. Small integers are exact in any order, so the two must agree to
/// the bit, and so must what lies behind the output.
@Suite struct DirectConvolutionTests {
  private static let plain = {
    do { return try Engine(device: TestDevice.engine.device, plainKernels: true) } catch { fatalError("\(error)") }
  }()

  private struct Shapes {
    var channels, filters, height, width, rows, columns: Int
    var padding = Padding.zero
    var dilation = Extent(1)
  }

  private static let shapes: [Shapes] = [
    Shapes(channels: 1, filters: 1, height: 1, width: 1, rows: 1, columns: 1),
    Shapes(channels: 3, filters: 5, height: 7, width: 9, rows: 3, columns: 3, padding: Padding(1, 1)),
    Shapes(channels: 2, filters: 17, height: 31, width: 33, rows: 3, columns: 3),
    Shapes(channels: 4, filters: 9, height: 6, width: 35, rows: 3, columns: 5, padding: Padding(1, 2)),
    Shapes(channels: 5, filters: 8, height: 14, width: 14, rows: 1, columns: 1),
    Shapes(
      channels: 3, filters: 4, height: 11, width: 12, rows: 3, columns: 2, padding: Padding(2, 3),
      dilation: Extent(2, 3)),
    Shapes(
      channels: 2, filters: 3, height: 8, width: 5, rows: 3, columns: 3,
      padding: Padding(top: 0, left: 2, bottom: 1, right: 0)),
  ]

  @Test("direct and plain convolution agree to the bit", arguments: shapes.indices, [1, 3])
  func applies(_ index: Int, _ batch: Int) throws {
    let (layer, shapes) = try layer(Self.shapes[index], seed: UInt64(index))
    #expect(DirectConvolution.apply(layer, shapes) != nil)
    var random = SplitMix64(seed: 77)
    let input = integers(batch * shapes.inputs[0].count, &random)
    for part in [SignedPart.all, .positive, .negative] {
      for accumulate in [false, true] {
        let (fast, slow) = try both(input, output: batch * shapes.output.count, layer, shapes, batch: batch) {
          engine, parameters, source, target in
          try layer.apply(
            [Operand(buffer: source, stride: shapes.inputs[0].count, part: part.onDevice)], parameters, coefficient: -2,
            accumulate: accumulate, into: target, shapes: shapes, batch: batch, on: engine)
        }
        #expect(fast == slow, "\(shapes.inputs[0]) to \(shapes.output), part \(part), accumulate \(accumulate)")
      }
    }
  }

  @Test("direct and plain transposed convolution agree to the bit", arguments: shapes.indices, [1, 3])
  func transposes(_ index: Int, _ batch: Int) throws {
    let (layer, shapes) = try layer(Self.shapes[index], seed: UInt64(index))
    var random = SplitMix64(seed: 78)
    let s = integers(batch * shapes.output.count, &random)
    let (fast, slow) = try both(s, output: batch * shapes.inputs[0].count, layer, shapes, batch: batch) {
      engine, parameters, source, target in
      try layer.transpose(
        source, parameters, toInput: 0, into: target, shapes: shapes, batch: batch, on: engine)
    }
    #expect(fast == slow, "\(shapes.output) to \(shapes.inputs[0])")
  }

  @Test("strides, groups, and padding beyond the filter are left to the plain kernel")
  func declines() throws {
    let (layer, shapes) = try layer(Self.shapes[1], seed: 1)
    var strided = layer
    strided.stride = Extent(2)
    #expect(DirectConvolution.apply(strided, shapes) == nil)
    var padded = layer
    padded.padding = Padding(3, 3)
    #expect(DirectConvolution.transpose(padded, shapes) == nil)
  }

  private func layer(_ shapes: Shapes, seed: UInt64) throws -> (Convolution, LayerShapes) {
    var random = SplitMix64(seed: seed)
    let weight: Shape = [shapes.filters, shapes.channels, shapes.rows, shapes.columns]
    let layer = Convolution(
      weight: Tensor(shape: weight, scalars: integers(weight.count, &random)),
      bias: Tensor(shape: [shapes.filters], scalars: integers(shapes.filters, &random)), padding: shapes.padding,
      dilation: shapes.dilation)
    let input: Shape = [shapes.channels, shapes.height, shapes.width]
    return (layer, LayerShapes(inputs: [input], output: try layer.outputShape(for: [input])))
  }

  private func integers(_ count: Int, _ random: inout SplitMix64) -> [Float] {
    (0..<count).map { _ in Float(Int.random(in: -4...4, using: &random)) }
  }

  /// Runs on the engine with fast kernels and on the plain one; both outputs with 16 guard elements behind them.
  private func both(
    _ input: [Float], output: Int, _ layer: Convolution, _ shapes: LayerShapes, batch: Int,
    _ body: (Engine, DeviceParameters, Buffer<Float>, Buffer<Float>) throws -> Void
  ) throws -> ([Float], [Float]) {
    func run(_ engine: Engine) throws -> [Float] {
      var parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "test", on: engine)
      parameters.scratch = try Buffer(count: layer.scratchCount(for: shapes, batch: batch), on: engine.queue)
      let target = try Buffer([Float](repeating: 7, count: output + 16), on: engine.queue)
      try body(engine, parameters, Buffer(input, on: engine.queue), target)
      return try engine.queue.read(target, count: output + 16)
    }
    return (try run(TestDevice.engine), try run(Self.plain))
  }
}
