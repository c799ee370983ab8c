/// Mean over a grid of P × Q cells that cover the image: cell i spans rows ⌊i·H/P⌋ … ⌈(i+1)·H/P⌉ − 1 and may overlap
/// its neighbours. Global average pooling is the 1 × 1 grid. Input `[C, H, W]`, output `[C, P, Q]`.
public struct AdaptiveAveragePooling: Layer {
  public static let typeName = "adaptive average pooling"
  public var outputSize: Extent
  public init(outputSize: Extent) { self.outputSize = outputSize }
  public static let global = AdaptiveAveragePooling(outputSize: Extent(1))
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    let (channels, _, _) = try requireImage(inputs[0])
    return [channels, outputSize.vertical, outputSize.horizontal]
  }
}
