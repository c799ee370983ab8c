internal import Compute
internal import KernelSources

/// A transposed convolution towards few channels, by cpu/scatter.cl: for one part of the weights, or for several whose
/// outputs are made side by side.
struct ScatteredConvolution {
  private let view: ConvolutionView
  private let parts: [WeightPart]
  /// Parts whose products are made: W beside W⁺ and W⁻ is their sum.
  private let products: [WeightPart]
  private let form: TileForm

  /// Most numbers of an output pixel: lanes of a vector.
  static let mostOutputs = 16

  /// The terms of the box rule: W's sums are those of W⁺ and W⁻, joined.
  private static let halves: [WeightPart] = [.all, .positive, .negative]

  /// - Precondition: `view` is transposed and of one group; outputs and parts together are at most `mostOutputs`.
  init(_ view: ConvolutionView, parts: [WeightPart], on engine: Engine) {
    precondition(view.isTransposed && view.layer.groups == 1 && view.outputs * parts.count <= Self.mostOutputs)
    self.view = view
    self.parts = parts
    products = parts == Self.halves ? Array(parts.dropFirst()) : parts
    form = TileForm(on: engine)
  }

  /// Numbers of an output pixel, and of a product.
  private var width: Int { view.outputs * parts.count }
  private var productWidth: Int { view.outputs * products.count }
  private var tapsOfBlock: Int { form.columns / productWidth }
  private var blocks: Int { (view.taps + tapsOfBlock - 1) / tapsOfBlock }

  /// How many of that many parts are multiplied; three are the box rule's.
  static func productParts(of parts: Int) -> Int { parts == halves.count ? parts - 1 : parts }

  /// Elements of packed filters with a tile of two vectors.
  static func packedCount(taps: Int, inputs: Int, outputs: Int, parts: Int) -> Int {
    let tapsOfBlock = 32 / (outputs * productParts(of: parts))
    return (taps + tapsOfBlock - 1) / tapsOfBlock * 32 * inputs
  }

  private func geometry() -> ScatterGeometry {
    let (stride, padding, dilation) = (view.layer.stride, view.layer.padding, view.layer.dilation)
    let (height, width) = (view.output[1], view.output[2])
    // Enough pieces for all cores, but few: the rows around a piece are multiplied twice.
    let columnsAtOnce = (width + (width + 255) / 256 - 1) / ((width + 255) / 256)
    let rowsAtOnce = max(1, min((height + 15) / 16, form.cacheBytes / 2 / (64 * columnsAtOnce)))
    let reach = columnsAtOnce - 1 + (view.columns - 1) * dilation.horizontal
    return ScatterGeometry(
      C: Int32(view.inputs), P: Int32(view.input[1]), Q: Int32(view.input[2]), K: Int32(self.width), H: Int32(height),
      W: Int32(width), width: Int32(productWidth), whole: Int32(products == parts ? 0 : view.outputs),
      taps: Int32(view.taps), S: Int32(view.columns), tapsOfBlock: Int32(tapsOfBlock),
      strideY: Int32(stride.vertical), strideX: Int32(stride.horizontal), padTop: Int32(padding.top),
      padLeft: Int32(padding.left), dilationY: Int32(dilation.vertical), dilationX: Int32(dilation.horizontal),
      rowsAtOnce: Int32(rowsAtOnce), columnsAtOnce: Int32(columnsAtOnce),
      positions: Int32(min(view.input[2], reach / stride.horizontal + 1)))
  }

  func run(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, finish: Finish, into output: Buffer<Float>, batch: Int,
    on engine: Engine
  ) throws {
    let geometry = geometry()
    let rectangle = Int(geometry.rowsAtOnce * geometry.columnsAtOnce)
    let memory =
      blocks * (Int(geometry.positions) + form.slack) * form.columns + rectangle * 16 + form.rows * view.inputs + 32
    let (epilogue, arrays) = finish.arguments(nil, into: output, count: width * view.output[1] * view.output[2])
    let (rows, columns) = (Int(geometry.rowsAtOnce), Int(geometry.columnsAtOnce))
    let pieces = form.groups((view.output[1] + rows - 1) / rows)
    try engine.launch(
      form.kernel, "convolution_scatter",
      groups: Grid(pieces.x, (view.output[2] + columns - 1) / columns, batch), items: 1,
      [geometry, epilogue, s, try filters(parameters, on: engine), LocalMemory(bytes: 4 * memory)] + arrays)
  }

  private func filters(_ parameters: DeviceParameters, on engine: Engine) throws -> Buffer<Float> {
    let weights = parameters.weights!
    let count = blocks * view.inputs * form.columns
    return try weights.packed(.all, as: .scattered(products), count: count, on: engine) { buffer in
      let zeros = [Float](repeating: 0, count: count)
      try zeros.withUnsafeBufferPointer { pointer throws in try engine.queue.write(pointer, to: buffer) }
      for (number, part) in products.enumerated() {
        let (mode, signed) = part.onDevice
        try engine.launch(
          form.kernel, "pack_scatter", groups: Grid((view.inputs + 15) / 16, view.taps), items: 16,
          [
            view.unturnedFilters, Int32(number * view.outputs), Int32(productWidth), Int32(tapsOfBlock), mode, signed,
            weights.original, buffer,
          ])
      }
    }
  }
}
