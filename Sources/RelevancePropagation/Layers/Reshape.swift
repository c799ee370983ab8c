/// Another shape for the same scalars in the same order. `shape` nil flattens to `[F]`.
public struct Reshape: Layer {
  public static let typeName = "reshape"
  /// Output shape of one image, or nil to flatten.
  public var shape: Shape?
  public init(shape: Shape?) { self.shape = shape }
  public static let flatten = Reshape(shape: nil)
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard let shape else { return [inputs[0].count] }
    guard shape.count == inputs[0].count else {
      throw LayerError("cannot reshape \(inputs[0]) to \(shape)")
    }
    return shape
  }
}

extension Reshape: PassingLayer {}
