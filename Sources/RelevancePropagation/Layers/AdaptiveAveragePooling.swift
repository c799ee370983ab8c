internal import Compute

/// Mean over a grid of P × Q cells that cover the image: cell i spans rows ⌊i·H/P⌋ … ⌈(i+1)·H/P⌉ − 1 and may overlap
/// its neighbours. Global average pooling is the 1 × 1 grid. Input `[C, H, W]`, output `[C, P, Q]`.
public struct AdaptiveAveragePooling: Layer {
  public static let typeName = "adaptive average pooling"
  public var outputSize: Extent
  public init(outputSize: Extent) { self.outputSize = outputSize }
  public static let global = AdaptiveAveragePooling(outputSize: Extent(1))
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    let (channels, _, _) = try requireImage(inputs[0])
    guard outputSize.vertical > 0, outputSize.horizontal > 0 else {
      throw LayerError("output size \(outputSize) is not positive")
    }
    return [channels, outputSize.vertical, outputSize.horizontal]
  }
}

extension AdaptiveAveragePooling: CellAveragingLayer {
  func cells(for shapes: LayerShapes) -> CellTable {
    let input = shapes.inputs[0]
    return CellTable(
      rows: CellTable.Axis(input: input[1], adaptiveCells: outputSize.vertical),
      columns: CellTable.Axis(input: input[2], adaptiveCells: outputSize.horizontal))
  }
}
