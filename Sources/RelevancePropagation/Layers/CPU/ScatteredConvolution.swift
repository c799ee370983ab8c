internal import Compute
internal import KernelSources

/// A transposed convolution towards few channels, by cpu/scatter.cl: for one part of the weights, or for several terms of a
/// share whose relevance is added up.
struct ScatteredConvolution {
  private let view: ConvolutionView
  /// Parts whose products are made, side by side.
  private let products: [WeightPart]
  private let factors: ChannelFactors
  private let form: TileForm

  /// Most numbers of an output pixel: lanes of a vector.
  static let mostOutputs = 16

  /// - Precondition: `view` is transposed and of one group, with at most `mostOutputs` outputs.
  init(_ view: ConvolutionView, part: WeightPart, on engine: Engine) {
    self.init(view, products: [part], factors: ChannelFactors(), on: engine)
  }

  /// - Precondition: as above, for the outputs of all terms together.
  init(_ view: ConvolutionView, terms: [StackedTerm], on engine: Engine) {
    self.init(view, products: terms.products, factors: terms.factors(channels: view.outputs), on: engine)
  }

  private init(_ view: ConvolutionView, products: [WeightPart], factors: ChannelFactors, on engine: Engine) {
    precondition(view.isTransposed && view.layer.groups == 1 && view.outputs * products.count <= Self.mostOutputs)
    self.view = view
    self.products = products
    self.factors = factors
    form = TileForm(on: engine)
  }

  /// Numbers of a product.
  private var width: Int { view.outputs * products.count }
  private var tapsOfBlock: Int { form.columns / width }
  private var blocks: Int { (view.taps + tapsOfBlock - 1) / tapsOfBlock }

  /// How many parts are multiplied for that many terms: the three of the box rule are made of two.
  static func productParts(of terms: Int) -> Int { terms == 3 ? 2 : terms }

  /// Elements of packed filters with a tile of two vectors.
  static func packedCount(taps: Int, inputs: Int, outputs: Int, parts: Int) -> Int {
    let tapsOfBlock = 32 / (outputs * productParts(of: parts))
    return (taps + tapsOfBlock - 1) / tapsOfBlock * 32 * inputs
  }

  /// Numbers of local memory that do not depend on the columns of a piece, and those of each of its columns.
  private func memory(openRows: Int) -> (fixed: Int, ofColumn: Int) {
    let around = (view.columns - 1) * view.layer.dilation.horizontal + 1 + form.slack
    return (
      blocks * around * form.columns + form.rows * view.inputs + view.taps + 48, blocks * form.columns + openRows * 16
    )
  }

  private func geometry(batch: Int, on engine: Engine) -> ScatterGeometry {
    let (stride, padding, dilation) = (view.layer.stride, view.layer.padding, view.layer.dilation)
    let (height, width) = (view.output[1], view.output[2])
    // Enough pieces for all cores, but few: the rows around a piece are multiplied twice.
    let pieces = 4 * engine.limits.computeUnits
    let rowsAtOnce = min(height, (height * batch + pieces - 1) / pieces)
    let openRows = min(rowsAtOnce, (view.rows - 1) * dilation.vertical + 1)
    let (fixed, ofColumn) = memory(openRows: openRows)
    let most = min(256, max(1, (form.cacheBytes / 4 - fixed) / ofColumn))
    let strips = (width + most - 1) / most
    let columnsAtOnce = (width + strips - 1) / strips
    let reach = columnsAtOnce - 1 + (view.columns - 1) * dilation.horizontal
    return ScatterGeometry(
      C: Int32(view.inputs), P: Int32(view.input[1]), Q: Int32(view.input[2]), K: Int32(view.outputs),
      H: Int32(height), W: Int32(width), width: Int32(self.width), taps: Int32(view.taps), S: Int32(view.columns),
      tapsOfBlock: Int32(tapsOfBlock), strideY: Int32(stride.vertical), strideX: Int32(stride.horizontal),
      padTop: Int32(padding.top), padLeft: Int32(padding.left), dilationY: Int32(dilation.vertical),
      dilationX: Int32(dilation.horizontal), rowsAtOnce: Int32(rowsAtOnce), columnsAtOnce: Int32(columnsAtOnce),
      openRows: Int32(openRows), positions: Int32(reach / stride.horizontal + 1))
  }

  func run(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, finish: Finish, into output: Buffer<Float>, batch: Int,
    on engine: Engine
  ) throws {
    let geometry = geometry(batch: batch, on: engine)
    let (rows, columns) = (Int(geometry.rowsAtOnce), Int(geometry.columnsAtOnce))
    let (fixed, ofColumn) = memory(openRows: Int(geometry.openRows))
    let (epilogue, arrays) = finish.arguments(nil, into: output, count: view.output.count)
    let pieces = form.groups((view.output[1] + rows - 1) / rows)
    try engine.launch(
      form.kernel, "convolution_scatter",
      groups: Grid(pieces.x, (view.output[2] + columns - 1) / columns, batch), items: 1,
      [
        geometry, epilogue, factors, s, try filters(parameters, on: engine),
        LocalMemory(bytes: 4 * (fixed + columns * ofColumn)),
      ] + arrays)
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
            view.unturnedFilters, Int32(number * view.outputs), Int32(width), Int32(tapsOfBlock), mode, signed,
            weights.original, buffer,
          ])
      }
    }
  }
}
