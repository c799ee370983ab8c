/// Maximum over windows that slide over each channel; padding never wins.
///
/// Input `[C, H, W]`, output `[C, P, Q]`.
public struct MaxPooling: Layer {
  public static let typeName = "max pooling"
  public var window: PoolingWindow
  public init(window: PoolingWindow) { self.window = window }
  public func outputShape(for inputs: [Shape]) throws -> Shape { try window.outputShape(for: inputs[0]) }
}
