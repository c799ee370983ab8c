internal import Compute

/// Work that a tunable kernel is timed on: numbers on a device, and the launch.
struct TuningWork {
  /// By this kernel; nil: as the engine does it by itself.
  let launch: (TunedKernel?) throws -> Void
  /// What the launch wrote. Sums of small integers: the same bits for every kernel that adds products of numbers.
  let result: () throws -> [Float]
}

/// A named shape of work.
struct TuningShape: Sendable {
  let name: String
  let make: @Sendable (Engine) throws -> TuningWork

  /// What a kernel is timed on; `quick` shapes take milliseconds anywhere.
  static func shapes(for kernel: TunableKernel, quick: Bool) -> [TuningShape] {
    switch kernel.name {
    case "tiled.wide":
      quick
        ? both(channels: 12, filters: 20, size: 9)
        : both(channels: 128, filters: 128, size: 112) + both(channels: 256, filters: 256, size: 56)
    case "tiled.square":
      quick
        ? both(channels: 9, filters: 17, size: 7)
        : both(channels: 512, filters: 512, size: 14) + both(channels: 128, filters: 256, size: 28, stride: 2)
    case "tiled.flat":
      quick
        ? both(features: 70, outputs: 33, batch: 3)
        : both(features: 4096, outputs: 4096, batch: 8) + both(features: 4096, outputs: 1000, batch: 32)
    case "tiled.narrow":
      quick
        ? [convolution(channels: 3, filters: 5, size: 8, transposed: true)]
        : [convolution(channels: 3, filters: 64, size: 224, transposed: true)]
    case "depthwise":
      quick
        ? both(channels: 6, filters: 6, size: 7, groups: 6)
        : both(channels: 192, filters: 192, size: 56, groups: 192)
          + both(channels: 384, filters: 384, size: 28, stride: 2, groups: 384)
    case "vector":
      quick
        ? both(features: 300, outputs: 40, batch: 1)
        : both(features: 8192, outputs: 4096, batch: 1) + both(features: 4096, outputs: 1000, batch: 1)
    case "tile":
      quick
        ? both(channels: 9, filters: 17, size: 7) + both(channels: 5, filters: 6, size: 8, stride: 2)
          + [dense(features: 70, outputs: 33, batch: 3, transposed: false)]
        : both(channels: 64, filters: 64, size: 224) + both(channels: 256, filters: 256, size: 56)
          + both(channels: 512, filters: 512, size: 14) + both(channels: 128, filters: 256, size: 56, stride: 2)
    case "reductions": [totals(count: quick ? 5000 : 64 * 224 * 224, entries: 1)]
    default: []
    }
  }

  private static func both(channels: Int, filters: Int, size: Int, stride: Int = 1, groups: Int = 1) -> [TuningShape] {
    [false, true].map {
      convolution(channels: channels, filters: filters, size: size, stride: stride, groups: groups, transposed: $0)
    }
  }

  private static func both(features: Int, outputs: Int, batch: Int) -> [TuningShape] {
    [false, true].map { dense(features: features, outputs: outputs, batch: batch, transposed: $0) }
  }

  /// A 3 × 3 convolution of one image with a border of one pixel.
  private static func convolution(
    channels: Int, filters: Int, size: Int, stride: Int = 1, groups: Int = 1, transposed: Bool
  ) -> TuningShape {
    let name = "3x3 \(channels) to \(filters) at \(size)x\(size)" + (stride > 1 ? " stride \(stride)" : "")
    return TuningShape(name: name + (transposed ? ", transpose" : "")) { engine in
      let weight: Shape = [filters, channels / groups, 3, 3]
      let layer = Convolution(
        weight: Tensor(shape: weight, scalars: integers(weight.count, seed: 1)), bias: nil, stride: Extent(stride),
        padding: Padding(1, 1), groups: groups)
      let shapes = LayerShapes(
        inputs: [[channels, size, size]], output: try layer.outputShape(for: [[channels, size, size]]))
      return try work(layer, shapes, batch: 1, transposed: transposed, on: engine) {
        operand, parameters, output, tuned in
        try GatherConvolution(layer.geometry(shapes), isTransposed: transposed).run(
          operand, parameters, into: output, batch: 1, with: tuned, on: engine)
      }
    }
  }

  private static func dense(features: Int, outputs: Int, batch: Int, transposed: Bool) -> TuningShape {
    let name = "dense \(features) to \(outputs), batch \(batch)" + (transposed ? ", transpose" : "")
    return TuningShape(name: name) { engine in
      let weight: Shape = [outputs, features]
      let layer = Dense(weight: Tensor(shape: weight, scalars: integers(weight.count, seed: 1)), bias: nil)
      let shapes = LayerShapes(inputs: [[features]], output: [outputs])
      return try work(layer, shapes, batch: batch, transposed: transposed, on: engine) {
        operand, parameters, output, tuned in
        try MatrixProduct(weight: weight, isTransposed: transposed).run(
          operand, parameters, into: output, batch: batch, with: tuned, on: engine)
      }
    }
  }

  /// A layer's step 1 or 3, by a tuned kernel or by the engine's own form.
  private static func work(
    _ layer: any LinearLayer, _ shapes: LayerShapes, batch: Int, transposed: Bool, on engine: Engine,
    tuned run: @escaping (Operand, DeviceParameters, Buffer<Float>, TunedKernel) throws -> Void
  ) throws -> TuningWork {
    let (from, to) = transposed ? (shapes.output, shapes.inputs[0]) : (shapes.inputs[0], shapes.output)
    var uploaded = try DeviceNetwork.upload(layer, shapes: shapes, name: "tuning", on: engine)
    let scratch = layer.scratchCount(for: shapes, batch: batch, on: engine)
    if scratch > 0 { uploaded.scratch = try Buffer(count: scratch, on: engine.queue, for: "intermediate values") }
    let parameters = uploaded
    let input = try Buffer(integers(batch * from.count, seed: 2), on: engine.queue, for: "input")
    let output = try Buffer<Float>(count: batch * to.count, on: engine.queue, for: "output")
    let operand = Operand(input, from)
    return TuningWork(
      launch: { tuned in
        if let tuned { return try run(operand, parameters, output, tuned) }
        if transposed {
          try layer.transpose(
            input, parameters, toInput: 0, for: .backward(bounded: true), finish: Finish(), into: output,
            shapes: shapes, batch: batch, on: engine)
        } else {
          try layer.apply(
            [operand], parameters, for: .forward, finish: Finish(), into: output, shapes: shapes, batch: batch,
            on: engine)
        }
      }, result: { try engine.queue.read(output, count: output.count) })
  }

  private static func totals(count: Int, entries: Int) -> TuningShape {
    TuningShape(name: "totals of \(count)") { engine in
      let numbers = try Buffer(integers(entries * count, seed: 3), on: engine.queue, for: "input")
      let partials = try Buffer<SIMD8<Float>>(count: entries * Engine.chunks, on: engine.queue, for: "sums")
      let arguments = LedgerLaunch(count: count, relevance: .stored(numbers)).arguments(first: 0, into: partials)
      return TuningWork(
        launch: { try engine.reduce("ledger_sums", entries: entries, with: $0, arguments) },
        result: {
          // Which numbers a partial sum counts is the kernel's affair; their sum is not.
          let values = try engine.queue.read(partials, count: partials.count)
          return LedgerSums.entries(entries, values[...]).flatMap {
            [Float($0.relevance), Float($0.magnitude), Float($0.largest), Float($0.nonFinite)]
          }
        })
    }
  }

  /// Whole numbers −4 … 4 without a pattern of the size of a tile: sums of 60 000 of their products are exact.
  private static func integers(_ count: Int, seed: UInt64) -> [Float] {
    (0..<count).map { Float((UInt64($0) &* 0x9E37_79B9_7F4A_7C15 &+ seed &* 0xBF58_476D_1CE4_E5B9) >> 33 % 9) - 4 }
  }
}
