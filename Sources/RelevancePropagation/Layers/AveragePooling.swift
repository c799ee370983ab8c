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
  public func outputShape(for inputs: [Shape]) throws -> Shape { try window.outputShape(for: inputs[0]) }
}
