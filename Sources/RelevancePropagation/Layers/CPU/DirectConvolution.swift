internal import Compute
internal import KernelSources

/// A convolution of few input channels, by cpu/direct.cl.
struct DirectConvolution {
  private let view: ConvolutionView
  private let form: TileForm

  /// Most input channels: those of an image. With more, gathering takes little beside the products.
  static let mostInputs = 4

  /// Whether a layer's filters read neighbours that a tile can take in one go.
  static func serves(_ layer: Convolution) -> Bool {
    layer.groups == 1 && layer.weight.shape[1] <= mostInputs && layer.dilation.horizontal == 1
      && layer.weight.shape[1] * layer.weight.shape[3] <= mostTerms
      && (layer.weight.shape[2] - 1) * layer.dilation.vertical < mostRows
  }

  /// Terms of a row of a filter (TILE_DEPTH in cpu/tile.h).
  private static let mostTerms = 64
  /// Rows of the image that a filter spans.
  private static let mostRows = 64

  /// - Precondition: `view` is not transposed, of a layer that is served.
  init(_ view: ConvolutionView, on engine: Engine) {
    precondition(!view.isTransposed && Self.serves(view.layer))
    self.view = view
    form = TileForm(on: engine)
  }

  /// Rows of inputs that a piece of work reads, and the numbers of one.
  private func inputs(rows: Int, columns: Int) -> (rows: Int, pitch: Int) {
    let (stride, dilation) = (view.layer.stride, view.layer.dilation)
    let reach = (columns - 1) * stride.horizontal + view.columns
    return (
      (rows - 1) * stride.vertical + (view.rows - 1) * dilation.vertical + 1,
      (reach * view.input[0]).roundedUp(to: 16) + 16
    )
  }

  private func geometry() -> DirectGeometry {
    let (stride, padding) = (view.layer.stride, view.layer.padding)
    // Whole tiles: the last of a row reads as far as the others.
    func tiles(_ columns: Int) -> Int { columns.roundedUp(to: form.rows) }
    var rows = min(4, view.output[1])
    var columns = tiles(min(256, view.output[2]))
    func isLarge() -> Bool {
      let inputs = inputs(rows: rows, columns: columns)
      return 4 * inputs.rows * inputs.pitch > form.cacheBytes / 2
    }
    while isLarge(), columns > form.rows { columns = tiles(columns / 2) }
    while isLarge(), rows > 1 { rows -= 1 }
    return DirectGeometry(
      C: Int32(view.input[0]), H: Int32(view.input[1]), W: Int32(view.input[2]), K: Int32(view.outputs),
      P: Int32(view.output[1]), Q: Int32(view.output[2]), R: Int32(view.rows), S: Int32(view.columns),
      strideY: Int32(stride.vertical), strideX: Int32(stride.horizontal), padTop: Int32(padding.top),
      padLeft: Int32(padding.left), dilationY: Int32(view.layer.dilation.vertical), rowsAtOnce: Int32(rows),
      columnsAtOnce: Int32(columns), pitch: Int32(inputs(rows: rows, columns: columns).pitch))
  }

  func run(
    _ input: Operand, _ parameters: DeviceParameters, finish: Finish, into output: Buffer<Float>, batch: Int,
    on engine: Engine
  ) throws {
    let geometry = geometry()
    let (rows, columns) = (Int(geometry.rowsAtOnce), Int(geometry.columnsAtOnce))
    let inputs = inputs(rows: rows, columns: columns)
    let (epilogue, arrays) = finish.arguments(parameters, into: output, count: view.output.count)
    let filters = try GatheredConvolution(view, on: engine).filters(parameters, on: engine)
    try engine.launch(
      form.kernel, "convolution_direct",
      groups: Grid(
        form.groups((view.output[1] + rows - 1) / rows).x, (view.output[2] + columns - 1) / columns, batch), items: 1,
      [
        geometry, epilogue, input.buffer, Int32(input.stride), input.part, filters,
        LocalMemory(bytes: 4 * (inputs.rows * inputs.pitch + form.rows * form.columns)),
      ] + arrays)
  }
}
