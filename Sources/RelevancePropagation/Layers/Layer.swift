/// A step of the forward pass: a function of one or more inputs, with its parameters.
///
/// A layer is a value. A new one is one file here (its function, its shape, its device code), one naive kernel
/// under Kernels/, and one test.
public protocol Layer: Sendable {
  /// What the field calls it: "convolution", "max pooling". Used in messages, composites and tables.
  static var typeName: String { get }

  /// How many inputs it takes.
  var inputCount: ClosedRange<Int> { get }

  /// Learned arrays by name ("weight", "bias").
  var parameters: [Parameter] { get }

  /// Shape of the output for one image.
  /// - Throws: `LayerError` where parameters or inputs do not fit: expected, found, remedy.
  func outputShape(for inputs: [Shape]) throws -> Shape
}

extension Layer {
  public var inputCount: ClosedRange<Int> { 1...1 }
  public var parameters: [Parameter] { [] }
  public var typeName: String { Self.typeName }
}

/// A learned array of a layer.
public struct Parameter: Sendable {
  public let name: String
  public let tensor: Tensor
  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}

/// What does not fit in a layer; the network adds the node's name.
public struct LayerError: Error, CustomStringConvertible {
  public let problem: String
  public let remedy: String
  public init(_ problem: String, remedy: String = "") {
    self.problem = problem
    self.remedy = remedy
  }
  public var description: String { problem + (remedy.isEmpty ? "" : "; \(remedy)") }
}

/// An extent per image axis: `vertical` along the rows (H), `horizontal` along the columns (W).
public struct Extent: Sendable, Hashable, CustomStringConvertible {
  public var vertical: Int
  public var horizontal: Int
  public init(_ vertical: Int, _ horizontal: Int) {
    self.vertical = vertical
    self.horizontal = horizontal
  }
  public init(_ both: Int) { self.init(both, both) }
  public var description: String { "\(vertical)x\(horizontal)" }
}

/// Rows and columns added around an image, in pixels.
public struct Padding: Sendable, Hashable, CustomStringConvertible {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }
  public init(_ vertical: Int, _ horizontal: Int) {
    self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
  }
  public static let zero = Padding(0, 0)
  public var description: String { "\(top),\(left),\(bottom),\(right)" }
}

/// Checks that an input is an image `[C, H, W]`.
func requireImage(_ shape: Shape) throws -> (channels: Int, height: Int, width: Int) {
  guard shape.rank == 3 else {
    throw LayerError("expected an image [C, H, W], found \(shape)", remedy: "is a reshape missing before this layer?")
  }
  return (shape[0], shape[1], shape[2])
}
