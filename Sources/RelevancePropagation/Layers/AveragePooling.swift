internal import Compute

/// Mean over windows that slide over each channel. Input `[C, H, W]`, output `[C, P, Q]`.
public struct AveragePooling: Layer {
  public static let typeName = "average pooling"
  public var window: PoolingWindow
  /// Whether padded pixels count in the divisor (PyTorch's default) or not (ONNX's default).
  public var countsPadding: Bool
  public init(window: PoolingWindow, countsPadding: Bool) {
    self.window = window
    self.countsPadding = countsPadding
  }
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard window.dilation == Extent(1) else { throw LayerError("dilated average pooling is not supported") }
    return try window.outputShape(for: inputs[0])
  }
}

extension AveragePooling: CellAveragingLayer {
  func averagesPairs(_ shapes: LayerShapes) -> Bool {
    window.kernel == Extent(2) && window.stride == Extent(2) && window.padding == .zero
      && shapes.output[1] == shapes.inputs[0][1] / 2 && shapes.output[2] == shapes.inputs[0][2] / 2
  }

  func cells(for shapes: LayerShapes) -> CellTable {
    let input = shapes.inputs[0]
    return CellTable(
      rows: CellTable.Axis(
        input: input[1], cells: shapes.output[1], kernel: window.kernel.vertical, stride: window.stride.vertical,
        before: window.padding.top, after: window.padding.bottom, countsPadding: countsPadding),
      columns: CellTable.Axis(
        input: input[2], cells: shapes.output[2], kernel: window.kernel.horizontal, stride: window.stride.horizontal,
        before: window.padding.left, after: window.padding.right, countsPadding: countsPadding))
  }
}
