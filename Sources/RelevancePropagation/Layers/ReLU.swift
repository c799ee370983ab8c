/// Rectifier: y = max(x, 0).
public struct ReLU: Layer {
  public static let typeName = "ReLU"
  public init() {}
  public func outputShape(for inputs: [Shape]) throws -> Shape { inputs[0] }
}
