internal import Compute

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

extension Reshape: PassingLayer {
  /// The same numbers under another shape, moved to where the device keeps them.
  static func rearrange(
    _ source: Buffer<Float>, _ old: Shape, into target: Buffer<Float>, _ new: Shape, accumulate: Bool, batch: Int,
    on engine: Engine
  ) throws {
    try engine.launch(
      "rearrange", grid: Grid(engine.vectors(old.count), batch), Int32(old[0]), Int32(old.count / old[0]),
      Int32(new[0]), Int32(new.count / new[0]), source, Int32(accumulate ? 1 : 0), target)
  }
}
