/// The identity. Canonizers drop it.
public struct Identity: Layer {
  public static let typeName = "identity"
  public init() {}
  public func outputShape(for inputs: [Shape]) throws -> Shape { inputs[0] }
}

extension Identity: PassingLayer {}
