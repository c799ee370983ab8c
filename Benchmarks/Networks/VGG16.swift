/// VGG-16's layers (Simonyan & Zisserman 2014, arXiv 1409.1556, table 1, column D) under the names conv1_1 … fc8.
public struct VGG16: Sendable {
  /// Side of the input image, a multiple of 32.
  public let side: Int
  /// Side of the grid of positions fc6 reads; images of another size than 32 × grid are averaged to it.
  public let grid: Int
  public let classes: Int
  /// Divides all widths, for tests.
  public let narrowing: Int

  /// The network as published: 224 × 224, 1000 classes.
  public static let published = VGG16()

  /// Every kind of layer and every block, small enough for plain kernels in a debug build.
  public static let tiny = VGG16(side: 32, grid: 1, classes: 10, narrowing: 16)

  public init(side: Int = 224, grid: Int = 7, classes: Int = 1000, narrowing: Int = 1) {
    precondition(side > 0 && side % 32 == 0, "side \(side): expected a multiple of 32")
    precondition(64 % narrowing == 0, "narrowing \(narrowing): expected a divisor of 64")
    self.side = side
    self.grid = grid
    self.classes = classes
    self.narrowing = narrowing
  }

  /// Convolutions a block, and their width.
  private static let blocks = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]

  /// In order, without rectifiers.
  public var layers: [LayerShape] {
    var layers: [LayerShape] = []
    var (channels, side) = (3, side)
    for (index, (count, width)) in Self.blocks.enumerated() {
      let filters = width / narrowing
      for position in 1...count {
        layers.append(
          LayerShape(
            "conv\(index + 1)_\(position)", .convolution(filter: 3), inputs: channels, outputs: filters, height: side,
            width: side))
        channels = filters
      }
      layers.append(
        LayerShape(
          "pool\(index + 1)", .maxPooling(side: 2), inputs: channels, outputs: channels, height: side, width: side))
      side /= 2
    }
    let hidden = 4096 / narrowing
    return layers + [
      LayerShape("fc6", .dense, inputs: channels * grid * grid, outputs: hidden),
      LayerShape("fc7", .dense, inputs: hidden, outputs: hidden),
      LayerShape("fc8", .dense, inputs: hidden, outputs: classes),
    ]
  }

  /// Those with weights: where the time goes.
  public var weighted: [LayerShape] { layers.filter { $0.weightCount > 0 } }
}
