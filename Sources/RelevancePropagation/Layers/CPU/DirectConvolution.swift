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
  }

  /// Most outputs of a row in one piece of work.
  private static let mostColumns = 256
  /// Terms of a row of a filter (TILE_DEPTH in cpu/tile.h).
  private static let mostTerms = 64

  /// - Precondition: `view` is not transposed, of a layer that is served.
  init(_ view: ConvolutionView, on engine: Engine) {
    precondition(!view.isTransposed && Self.serves(view.layer))
    self.view = view
    form = TileForm(on: engine)
  }

  private func geometry() -> DirectGeometry {
    let (stride, padding, dilation) = (view.layer.stride, view.layer.padding, view.layer.dilation)
    // Whole tiles: the last of a row reads as far as the others.
    let columnsAtOnce = (min(view.output[2], Self.mostColumns) + form.rows - 1) / form.rows * form.rows
    let reach = (columnsAtOnce - 1) * stride.horizontal + view.columns
    return DirectGeometry(
      C: Int32(view.input[0]), H: Int32(view.input[1]), W: Int32(view.input[2]), K: Int32(view.outputs),
      P: Int32(view.output[1]),
      Q: Int32(view.output[2]), R: Int32(view.rows), S: Int32(view.columns), strideY: Int32(stride.vertical),
      strideX: Int32(stride.horizontal), padTop: Int32(padding.top), padLeft: Int32(padding.left),
      dilationY: Int32(dilation.vertical), rowsAtOnce: Int32(min(4, view.output[1])),
      columnsAtOnce: Int32(columnsAtOnce), pitch: Int32((reach * view.input[0] + 15) / 16 * 16 + 16))
  }

  func run(
    _ input: Operand, _ parameters: DeviceParameters, finish: Finish, into output: Buffer<Float>, batch: Int,
    on engine: Engine
  ) throws {
    let geometry = geometry()
    let (rows, columns) = (Int(geometry.rowsAtOnce), Int(geometry.columnsAtOnce))
    let inputRows = (rows - 1) * Int(geometry.strideY) + (view.rows - 1) * Int(geometry.dilationY) + 1
    let (epilogue, arrays) = finish.arguments(parameters, into: output, count: view.output.count)
    let filters = try GatheredConvolution(view, on: engine).filters(parameters, on: engine)
    try engine.launch(
      form.kernel, "convolution_direct",
      groups: Grid(
        form.groups((view.output[1] + rows - 1) / rows).x, (view.output[2] + columns - 1) / columns, batch), items: 1,
      [
        geometry, epilogue, input.buffer, Int32(input.stride), input.part, filters,
        LocalMemory(bytes: 4 * (inputRows * Int(geometry.pitch) + form.rows * form.columns)),
      ] + arrays)
  }
}
