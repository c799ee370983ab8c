internal import Compute
internal import KernelSources

/// A convolution of few channels, forward, by cpu/rows.cl: rows of the image are read as they lie.
struct RowConvolution {
  private let view: ConvolutionView
  private let form: TileForm
  private let rowsAtOnce: Int

  /// Channels up to which it is faster than gathering: of more, the copies that gathering makes are long.
  private static let mostChannels = 16

  /// Nil where the kernel cannot, and where it would not pay.
  init?(_ view: ConvolutionView, _ form: TileForm, stacking stack: [WeightPart]) {
    let layer = view.layer
    guard !view.isTransposed, stack.isEmpty, layer.groups == 1, layer.dilation.horizontal == 1,
      view.inputs <= Self.mostChannels, view.columns > 1
    else { return nil }
    self.view = view
    self.form = form
    // Enough rows that copies of those between are shared, few enough that all cores have work and a cache holds them.
    rowsAtOnce = min(view.output[1], 8)
    guard bytes <= form.cacheBytes else { return nil }
  }

  /// Rows of the image that a work-item copies.
  private var copied: Int {
    (rowsAtOnce - 1) * view.layer.stride.vertical + (view.rows - 1) * view.layer.dilation.vertical + 1
  }

  /// Elements of a copied row: what all positions read, and those that tiles may compute too many.
  private var pitch: Int {
    let positions = view.output[2] + form.slack
    let read = ((positions - 1) * view.layer.stride.horizontal + view.columns) * view.inputs
    return (max(read, (view.layer.padding.left + view.input[2]) * view.inputs) + 15) / 16 * 16
  }

  private var bytes: Int {
    let positions = (view.output[2] + form.slack) / form.rows * form.rows + form.rows
    return 4 * (copied * pitch + positions * form.columns)
  }

  func run(
    _ input: Operand, _ filters: Buffer<Float>, _ epilogue: Epilogue, _ arrays: [any KernelArgument], batch: Int,
    on engine: Engine
  ) throws {
    let shapes = LayerShapes(inputs: [view.input], output: view.output)
    let blocks = (view.output[1] + rowsAtOnce - 1) / rowsAtOnce
    try engine.launch(
      form.kernel, "convolution_rows", groups: form.groups(blocks * batch), items: 1,
      [
        view.layer.geometry(shapes), epilogue, Int32(rowsAtOnce), Int32(pitch), input.buffer, Int32(input.stride),
        input.part, filters, LocalMemory(bytes: bytes),
      ] + arrays)
  }
}
