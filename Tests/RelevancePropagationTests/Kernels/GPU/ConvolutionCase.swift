import Compute

@testable import RelevancePropagation

/// A convolution with shapes that strain tiles: odd sizes, strides, dilation, lopsided borders, groups.
struct ConvolutionCase: CustomStringConvertible {
  let layer: Convolution
  let input: Shape
  let seed: UInt64

  var description: String {
    "\(input) by \(layer.weight.shape), stride \(layer.stride), padding \(layer.padding), dilation \(layer.dilation), "
      + "groups \(layer.groups), seed \(seed)"
  }

  init(
    _ channels: Int, _ height: Int, _ width: Int, filters: Int, _ rows: Int, _ columns: Int, stride: Extent = Extent(1),
    padding: Padding = .zero, dilation: Extent = Extent(1), groups: Int = 1, seed: UInt64
  ) {
    var random = SplitMix64(seed: seed)
    let weight: Shape = [filters, channels / groups, rows, columns]
    layer = Convolution(
      weight: Tensor(shape: weight, scalars: random.integers(weight.count)),
      bias: Tensor(shape: [filters], scalars: random.integers(filters)), stride: stride, padding: padding,
      dilation: dilation, groups: groups)
    input = [channels, height, width]
    self.seed = seed
  }

  func shapes() throws -> LayerShapes { LayerShapes(inputs: [input], output: try layer.outputShape(for: [input])) }

  /// The same with a bias per position.
  func biasedByPosition() throws -> Convolution {
    var copy = layer
    let shape = try shapes().output
    var random = SplitMix64(seed: seed &+ 9)
    copy.bias = Tensor(shape: shape, scalars: random.integers(shape.count))
    return copy
  }

  static let tiled: [ConvolutionCase] = [
    ConvolutionCase(1, 1, 1, filters: 1, 1, 1, seed: 1),
    ConvolutionCase(3, 7, 9, filters: 5, 3, 3, padding: Padding(1, 1), seed: 2),
    ConvolutionCase(16, 8, 9, filters: 17, 3, 3, stride: Extent(2), padding: Padding(1, 1), seed: 3),
    ConvolutionCase(
      5, 11, 12, filters: 33, 3, 2, stride: Extent(2, 3), padding: Padding(top: 2, left: 0, bottom: 1, right: 3),
      dilation: Extent(2, 3), seed: 4),
    ConvolutionCase(64, 6, 5, filters: 16, 1, 1, seed: 5),
    ConvolutionCase(
      33, 5, 5, filters: 64, 3, 3, stride: Extent(1, 2), padding: Padding(top: 0, left: 2, bottom: 1, right: 0), seed: 6
    ),
    ConvolutionCase(12, 9, 8, filters: 20, 5, 3, stride: Extent(3, 2), padding: Padding(2, 1), groups: 4, seed: 7),
    ConvolutionCase(20, 15, 14, filters: 66, 7, 7, stride: Extent(2), padding: Padding(3, 3), seed: 8),
    ConvolutionCase(4, 6, 6, filters: 4, 1, 1, stride: Extent(3), seed: 9),  // inputs no filter reaches
    ConvolutionCase(4, 9, 9, filters: 8, 3, 3, stride: Extent(2), dilation: Extent(2), seed: 10),
    ConvolutionCase(2, 3, 3, filters: 3, 3, 3, padding: Padding(3, 3), seed: 11),  // padding beyond the filter
  ]

  static let small: [ConvolutionCase] = [
    ConvolutionCase(3, 4, 3, filters: 5, 3, 3, padding: Padding(1, 1), seed: 31),
    ConvolutionCase(4, 5, 4, filters: 8, 3, 3, stride: Extent(2), padding: Padding(1, 1), seed: 32),
    ConvolutionCase(8, 3, 4, filters: 6, 2, 2, dilation: Extent(2), groups: 2, seed: 33),
    ConvolutionCase(4, 6, 6, filters: 4, 1, 1, stride: Extent(3), seed: 34),
  ]

  static let depthwise: [ConvolutionCase] = [
    ConvolutionCase(17, 9, 7, filters: 17, 3, 3, padding: Padding(1, 1), groups: 17, seed: 21),
    ConvolutionCase(8, 9, 7, filters: 16, 3, 3, stride: Extent(2, 1), padding: Padding(1, 1), groups: 8, seed: 22),
    ConvolutionCase(
      5, 11, 10, filters: 15, 5, 3, stride: Extent(3, 2), padding: Padding(top: 2, left: 0, bottom: 1, right: 2),
      dilation: Extent(1, 2), groups: 5, seed: 23),
    ConvolutionCase(33, 8, 8, filters: 33, 3, 3, stride: Extent(2), padding: Padding(1, 1), groups: 33, seed: 24),
    ConvolutionCase(4, 6, 6, filters: 4, 1, 1, stride: Extent(3), groups: 4, seed: 25),
  ]
}

extension SplitMix64 {
  /// Whole numbers −4 … 4: sums of their products are exact in any order.
  mutating func integers(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int.random(in: -4...4, using: &self)) }
  }
}

/// A buffer of `count` numbers with others behind them that no kernel may touch.
struct Guarded {
  let buffer: Buffer<Float>
  private let engine: Engine
  private static let guardCount = 16

  init(count: Int, filledWith value: Float, on engine: Engine) throws {
    self.engine = engine
    buffer = try Buffer([Float](repeating: value, count: count + Self.guardCount), on: engine.queue)
  }

  /// The numbers, and the guard behind them.
  func read() throws -> [Float] { try engine.queue.read(buffer, count: buffer.count) }
}
