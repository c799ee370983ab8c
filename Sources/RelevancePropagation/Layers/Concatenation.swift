/// Inputs one after another along the channels: `[C₁, H, W]`, `[C₂, H, W]` … to `[C₁ + C₂ + …, H, W]`.
public struct Concatenation: Layer {
  public static let typeName = "concatenation"
  public init() {}
  public var inputCount: ClosedRange<Int> { 1...1024 }
  public func outputShape(for inputs: [Shape]) throws -> Shape {
    let rest = inputs[0].extents.dropFirst()
    guard inputs.allSatisfy({ $0.rank > 0 && $0.extents.dropFirst() == rest }) else {
      throw LayerError(
        "expected inputs that differ in channels only, found \(inputs.map(\.description).joined(separator: ", "))")
    }
    return Shape([inputs.reduce(0) { $0 + $1[0] }] + rest)
  }
}
