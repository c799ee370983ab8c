/// Layers that differ in one number alone, in its order: neighbours should take times in proportion to their work.
public struct ShapeSweep: Sendable {
  /// A layer, and how many images it is given.
  public struct Entry: Sendable {
    public let shape: LayerShape
    public let batch: Int

    public var flop: Int { batch * shape.flop }

    /// Bytes that have to be read or written once: input, output and weights.
    public var bytes: Int {
      4 * (batch * (shape.inputShape.count + shape.outputShape.count) + shape.weightCount)
    }
  }

  public let name: String
  public let entries: [Entry]

  private init(_ name: String, _ values: [Int], varyingImages: Bool = false, _ shape: (Int) -> LayerShape) {
    self.name = name
    entries = values.map { Entry(shape: shape($0), batch: varyingImages ? $0 : 1) }
  }

  private static func convolution(
    _ number: Int, _ kind: LayerShape.Kind = .convolution(filter: 3), _ inputs: Int = 64, _ outputs: Int = 64,
    _ height: Int = 56, _ width: Int? = nil
  ) -> LayerShape {
    LayerShape("\(number)", kind, inputs: inputs, outputs: outputs, height: height, width: width ?? height)
  }

  /// On both sides of whole vectors, of whole register tiles and of what makes the kernels choose another way.
  private static let channels = [
    1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 129, 192, 255, 256, 257, 512,
  ]
  private static let sides = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 24, 27, 28, 29, 42, 55, 56, 57, 84, 111, 112, 113, 168, 224, 225,
  ]
  private static let divisors = [1, 2, 4, 8, 16, 32, 64]

  /// Every number a convolution or a dense layer has, one after the other.
  public static let all: [ShapeSweep] = [
    ShapeSweep("3 × 3, inputs", channels) { convolution($0, .convolution(filter: 3), $0) },
    ShapeSweep("3 × 3, outputs", channels) { convolution($0, .convolution(filter: 3), 64, $0) },
    ShapeSweep("1 × 1, inputs", channels) { convolution($0, .convolution(filter: 1), $0, 64, 28) },
    ShapeSweep("1 × 1, outputs", channels) { convolution($0, .convolution(filter: 1), 64, $0, 28) },
    ShapeSweep("3 × 3 by 2, inputs and outputs", channels) {
      convolution($0, .convolution(filter: 3, stride: 2), $0, $0, 28)
    },
    ShapeSweep("3 × 3, side", sides) { convolution($0, .convolution(filter: 3), 64, 64, $0) },
    ShapeSweep("3 × 3, 512 channels, side", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 20, 24, 27, 28, 29]) {
      convolution($0, .convolution(filter: 3), 512, 512, $0)
    },
    ShapeSweep("3 × 3, width of 7 rows", sides) { convolution($0, .convolution(filter: 3), 64, 64, 7, $0) },
    ShapeSweep("5 × 5, side", sides.filter { $0 < 100 }) { convolution($0, .convolution(filter: 5), 32, 32, $0) },
    ShapeSweep("side of the filter", [1, 2, 3, 4, 5, 7, 9, 11]) {
      convolution($0, .convolution(filter: $0), 64, 64, 28)
    },
    ShapeSweep("side of an image's filter", [1, 2, 3, 4, 5, 7, 9, 11]) {
      convolution($0, .convolution(filter: $0), 3, 64, 112)
    },
    ShapeSweep("stride of 3 × 3", [1, 2, 3, 4]) { convolution($0, .convolution(filter: 3, stride: $0)) },
    ShapeSweep("stride of an image's 7 × 7", [1, 2, 3, 4]) {
      convolution($0, .convolution(filter: 7, stride: $0), 3, 64, 112)
    },
    ShapeSweep("dilation of 3 × 3", [1, 2, 3, 4]) { convolution($0, .convolution(filter: 3, dilation: $0)) },
    ShapeSweep("groups of 64 channels", divisors) { convolution($0, .convolution(filter: 3, groups: $0)) },
    ShapeSweep("groups of 256 channels", divisors + [128, 256]) {
      convolution($0, .convolution(filter: 3, groups: $0), 256, 256, 14)
    },
    ShapeSweep("groups of 111 channels by 2", [1, 3, 37, 111]) {
      convolution($0, .convolution(filter: 3, stride: 2, groups: $0), 111, 111, 28)
    },
    ShapeSweep("filters a channel of 32", [1, 2, 3, 4, 8, 16]) {
      convolution($0, .convolution(filter: 3, groups: 32), 32, 32 * $0, 28)
    },
    ShapeSweep("images, 3 × 3 at 14 pixels", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16], varyingImages: true) {
      convolution($0, .convolution(filter: 3), 128, 128, 14)
    },
    ShapeSweep("images, 1 × 1 at 7 pixels", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16], varyingImages: true) {
      convolution($0, .convolution(filter: 1), 512, 512, 7)
    },
    ShapeSweep("dense, inputs", channels + [1000, 4096, 25088]) {
      LayerShape("\($0)", .dense, inputs: $0, outputs: 1000)
    },
    ShapeSweep("dense, outputs", channels + [1000, 4096]) { LayerShape("\($0)", .dense, inputs: 4096, outputs: $0) },
    ShapeSweep("dense, images", [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 24, 25, 32, 33], varyingImages: true) {
      LayerShape("\($0)", .dense, inputs: 4096, outputs: 4096)
    },
  ]
}
