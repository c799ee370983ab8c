/// Sum of two or more inputs of one shape: the end of a residual block.
public struct Addition: Layer {
  public static let typeName = "addition"
  public init() {}
  public var inputCount: ClosedRange<Int> { 2...64 }
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard inputs.allSatisfy({ $0 == inputs[0] }) else {
      throw LayerError("expected inputs of one shape, found \(inputs.map(\.description).joined(separator: ", "))")
    }
    return inputs[0]
  }
}
