internal import Compute
internal import KernelSources

/// How a CPU computes a convolution in one direction.
enum ConvolutionAlgorithm: Equatable {
  /// 3 × 3, stride 1, one group: Winograd's algorithm on output tiles of 2 × 2 or 4 × 4 (cpu/winograd.cl).
  case winograd(tile: Int)
  /// Every shape (cpu/gather.cl).
  case gathered
  /// From few channels (cpu/direct.cl).
  case direct
  /// Transposed, towards few channels (cpu/scatter.cl).
  case scattered
  /// A filter a channel (cpu/depthwise.cl).
  case depthwise

  /// Fewer channels on both sides than these, and a layer's time is little beside that of the network's others.
  static let manyChannels = 64
  /// Fewer tiles of 4 × 4 in an image than these, and reading the filters takes most of the time of one: those of 2 × 2 are half
  /// as large, and round less. Several images or targets share them, so that where speed is asked for 4 × 4 begins earlier.
  private static func manyTiles(_ precision: Precision) -> Int { precision == .fast ? 16 : 28 }

  /// The fastest that is exact enough for the pass.
  ///
  /// Winograd's algorithm rounds relative to all numbers of a tile: where a sum is 0 or nearly cancels, it is not right to
  /// the sum's own size, and R / z would be anything. So denominators that are not bounded are summed directly, and so is
  /// the s that they divide.
  /// Larger tiles save more multiplications and round worse: F(4×4) has about three times the error of F(2×2). Errors of
  /// the forward pass flip rectifiers and pooling winners, which is where a heatmap's error comes from; bounded denominators
  /// and the backward pass only pass errors on in proportion. So activations take F(4×4) where a layer has so many channels
  /// that its products are most of the time, or where speed is asked for, else F(2×2). Which it is depends on one image.
  init(_ layer: Convolution, for pass: Pass, _ shapes: LayerShapes, _ choice: KernelChoice) {
    if layer.groups > 1, layer.weight.shape[1] == 1, layer.weight.shape[0] == layer.groups {
      self = .depthwise
      return
    }
    let inputs = layer.weight.shape[1]
    let isWinograd =
      layer.weight.shape[2] == 3 && layer.weight.shape[3] == 3 && layer.stride == Extent(1)
      && layer.dilation == Extent(1) && layer.groups == 1
    switch choice.convolutions {
    case .automatic where pass.isBackward && layer.groups == 1 && inputs <= ScatteredConvolution.mostOutputs:
      self = .scattered
    case .automatic where !pass.isBackward && DirectConvolution.serves(layer): self = .direct
    case _ where pass == .denominators(bounded: false) || pass == .backward(bounded: false):
      self = .gathered
    case .automatic where isWinograd:
      let isWide = min(inputs, layer.weight.shape[0]) >= Self.manyChannels
      let isLarge = WinogradTiling(side: 4, over: shapes.output).count >= Self.manyTiles(choice.precision)
      let mayRound = pass != .forward || choice.precision == .fast || isWide
      let tiling = WinogradTiling(side: isLarge && mayRound ? 4 : 2, over: shapes.output)
      // Of a single pixel or row a tile computes more than there is.
      let spares = tiling.products < 9 * shapes.output[1] * shapes.output[2]
      self = spares ? .winograd(tile: tiling.side) : .gathered
    case let forced: self = isWinograd ? forced.tile.map { .winograd(tile: $0) } ?? .gathered : .gathered
    }
  }

  /// Multiplications with weights for one image.
  func products(_ view: ConvolutionView, parts: Int = 1) -> Int {
    let direct = view.isTransposed ? view.input : view.output
    return switch self {
    case .winograd(let tile):
      WinogradTiling(side: tile, over: view.output).products * view.input[0] * view.output[0]
    case .scattered:
      ScatteredConvolution.productParts(of: parts) * direct.count * view.layer.weight.count / view.layer.weight.shape[0]
    case .gathered, .direct, .depthwise: direct.count * view.layer.weight.count / view.layer.weight.shape[0]
    }
  }

  /// Numbers of one packed form of the weights, beside the weights themselves.
  func packedCount(_ layer: Convolution, transposed: Bool, parts: Int = 1) -> Int {
    let (filters, channels) = (layer.weight.shape[0], layer.weight.shape[1] * layer.groups)
    let inputs = (transposed ? filters : channels) / layer.groups
    let outputs = (transposed ? channels : filters) / layer.groups * parts
    let wide = (outputs + 15) / 16 * 16
    let together = ConvolutionView.groupsTogether(of: layer.groups, outputs: outputs)
    return switch self {
    case .winograd(let tile): (tile + 2) * (tile + 2) * inputs * wide
    case .gathered, .direct:
      (layer.groups + together - 1) / together * layer.weight.shape[2] * layer.weight.shape[3] * together * inputs
        * (together * outputs).roundedUp(to: 16)
    case .scattered:
      ScatteredConvolution.packedCount(
        taps: layer.weight.shape[2] * layer.weight.shape[3], inputs: inputs, outputs: outputs / parts, parts: parts)
    case .depthwise: layer.weight.count
    }
  }
}
