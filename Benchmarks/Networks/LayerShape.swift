import RelevancePropagation

/// A layer by its shape alone, under the name that tests, tables and logs use.
///
/// Sizes of one image: input `[C, H, W]`, output `[K, P, Q]` (dense: `[C]` and `[K]`).
public struct LayerShape: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// R×R filters, padded so that a stride of 1 keeps the image's size where R is odd.
    case convolution(filter: Int, stride: Int = 1, dilation: Int = 1, groups: Int = 1)
    case dense
    /// Maximum over windows of side × side that do not overlap.
    case maxPooling(side: Int)
  }

  public let name: String
  public let kind: Kind
  /// C and K.
  public let inputs: Int
  public let outputs: Int
  /// H and W; 1 for dense layers.
  public let height: Int
  public let width: Int

  public init(_ name: String, _ kind: Kind, inputs: Int, outputs: Int, height: Int = 1, width: Int = 1) {
    self.name = name
    self.kind = kind
    self.inputs = inputs
    self.outputs = outputs
    self.height = height
    self.width = width
  }

  public var inputShape: Shape { kind == .dense ? [inputs] : [inputs, height, width] }

  public var outputShape: Shape {
    switch kind {
    case .convolution(let filter, let stride, let dilation, _):
      [
        outputs, Self.positions(of: height, filter, stride, dilation),
        Self.positions(of: width, filter, stride, dilation),
      ]
    case .dense: [outputs]
    case .maxPooling(let side): [outputs, height / side, width / side]
    }
  }

  /// Where along an axis a filter lies, both ends padded by dilation · ⌊R/2⌋.
  private static func positions(of extent: Int, _ filter: Int, _ stride: Int, _ dilation: Int) -> Int {
    (extent + (filter / 2 * 2 - filter + 1) * dilation - 1) / stride + 1
  }

  /// Learned numbers without the bias.
  public var weightCount: Int {
    switch kind {
    case .convolution(let filter, _, _, let groups): outputs * inputs / groups * filter * filter
    case .dense: outputs * inputs
    case .maxPooling: 0
    }
  }

  /// Of the direct algorithm for one image, forward or transposed: two for every product of a weight with an input, padding
  /// counted as an input. Faster algorithms do less and are credited with this much.
  public var flop: Int {
    switch kind {
    case .convolution: 2 * weightCount * outputShape[1] * outputShape[2]
    case .dense: 2 * weightCount
    case .maxPooling: inputs * height * width
    }
  }

  public var description: String { "\(name) \(inputShape) → \(outputShape)" }
}
