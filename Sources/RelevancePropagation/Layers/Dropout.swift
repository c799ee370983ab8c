/// Dropout: at inference the identity. Canonizers drop it.
public struct Dropout: Layer {
  public static let typeName = "dropout"
  public init() {}
  public func outputShape(for inputs: [Shape]) throws -> Shape { inputs[0] }
}

extension Dropout: PassingLayer {}
