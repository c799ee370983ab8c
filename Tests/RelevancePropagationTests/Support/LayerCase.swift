@testable import RelevancePropagation

/// A small layer in its surroundings: a network whose node "layer" is what is tested.
struct LayerCase: Sendable, CustomStringConvertible {
  let name: String
  let network: Network
  let seed: UInt64
  var layer: any Layer { network["layer"]!.layer }
  var description: String { name }

  /// Rules of the nodes around the layer.
  func rules(_ rule: any Rule) -> [String: any Rule] {
    var rules: [String: any Rule] = ["layer": rule]
    for node in network.nodes where node.name != "layer" {
      rules[node.name] = node.layer is Convolution ? EpsilonRule() : PassRule()
    }
    return rules
  }

  /// Images of eighths, two thirds of them positive.
  func images(_ count: Int) -> Tensor {
    var random = SplitMix64(seed: seed &+ 1)
    let shape = Shape([count] + network.inputShape.extents)
    return Tensor(shape: shape, scalars: random.eighths(-4...8, count: shape.count))
  }

  /// Relevance at the output of any sign.
  func start(_ entries: Int) -> Tensor {
    var random = SplitMix64(seed: seed &+ 2)
    let shape = Shape([entries] + network.outputShape.extents)
    return Tensor(shape: shape, scalars: random.units(shape.count))
  }

  private init(_ name: String, seed: UInt64, input: Shape, _ layers: [(String, any Layer)]) {
    self.name = name
    self.seed = seed
    do { network = try .chain(layers, input: input) } catch { preconditionFailure("\(name): \(error)") }
  }

  private init(_ name: String, seed: UInt64, input: Shape, _ layer: (inout SplitMix64) -> any Layer) {
    var random = SplitMix64(seed: seed)
    self.init(name, seed: seed, input: input, [("layer", layer(&random))])
  }

  /// Two different inputs, a 1 × 1 convolution apart, meet in `layer`.
  private init(_ name: String, seed: UInt64, joining layer: any Layer) {
    self.name = name
    self.seed = seed
    var random = SplitMix64(seed: seed)
    let side = Self.convolution(&random, [2, 2, 1, 1])
    do {
      network = try Network(
        name: name, inputShape: [2, 3, 5],
        nodes: [
          .init(name: "side", layer: side, inputs: ["input"]),
          .init(name: "layer", layer: layer, inputs: ["side", "input"]),
        ], outputName: "layer")
    } catch { preconditionFailure("\(name): \(error)") }
  }

  static func convolution(
    _ random: inout SplitMix64, _ shape: Shape, stride: Extent = Extent(1), padding: Padding = .zero,
    dilation: Extent = Extent(1), groups: Int = 1
  ) -> Convolution {
    let weight = Tensor(shape: shape, scalars: random.eighths(-8...8, count: shape.count))
    let bias = Tensor(shape: [shape[0]], scalars: random.biases(shape[0]))
    return Convolution(
      weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  static func dense(_ random: inout SplitMix64, _ outputs: Int, _ features: Int) -> Dense {
    Dense(
      weight: Tensor(shape: [outputs, features], scalars: random.eighths(-8...8, count: outputs * features)),
      bias: Tensor(shape: [outputs], scalars: random.biases(outputs)))
  }

  static func norm(_ random: inout SplitMix64, _ channels: Int) -> BatchNormalization {
    func vector(_ range: ClosedRange<Int>) -> Tensor {
      Tensor(shape: [channels], scalars: random.eighths(range, count: channels))
    }
    return BatchNormalization(
      scale: vector(4...12), shift: vector(-5...5), mean: vector(-3...3), variance: vector(2...20), epsilon: 1e-3)
  }

  /// Layers with learned weights.
  static let weighted: [LayerCase] = [
    LayerCase("convolution 3x3 padded", seed: 11, input: [3, 5, 7]) {
      convolution(&$0, [4, 3, 3, 3], padding: Padding(1, 1))
    },
    LayerCase("convolution strided, padded on two sides", seed: 12, input: [2, 7, 6]) {
      convolution(&$0, [3, 2, 3, 2], stride: Extent(2, 3), padding: Padding(top: 2, left: 0, bottom: 1, right: 1))
    },
    LayerCase("convolution dilated", seed: 13, input: [2, 8, 7]) {
      convolution(&$0, [3, 2, 3, 2], padding: Padding(2, 1), dilation: Extent(2, 3))
    },
    LayerCase("convolution in 2 groups", seed: 14, input: [4, 5, 3]) {
      convolution(&$0, [6, 2, 3, 3], padding: Padding(1, 1), groups: 2)
    },
    LayerCase("convolution depthwise, strided", seed: 15, input: [3, 6, 5]) {
      convolution(&$0, [3, 1, 2, 2], stride: Extent(2), groups: 3)
    },
    LayerCase("convolution without bias", seed: 16, input: [2, 4, 5]) {
      var layer = convolution(&$0, [3, 2, 2, 2])
      layer.bias = nil
      return layer
    },
    LayerCase("convolution with a bias per position", seed: 23, input: [2, 4, 3]) {
      var layer = convolution(&$0, [3, 2, 3, 3], padding: Padding(1, 1))
      layer.bias = Tensor(shape: [3, 4, 3], scalars: $0.biases(36))
      return layer
    },
    // The flat rule gives every input one sum of s: with this seed its terms do not cancel.
    LayerCase("dense 19 to 7", seed: 218, input: [19]) { dense(&$0, 7, 19) },
    LayerCase("dense 37 to 1", seed: 19, input: [37]) { dense(&$0, 1, 37) },
    LayerCase("batch normalization", seed: 20, input: [3, 2, 5]) { norm(&$0, 3) },
    LayerCase("batch normalization of features", seed: 21, input: [9]) { norm(&$0, 9) },
    {
      var random = SplitMix64(seed: 22)
      let layer = convolution(&random, [3, 2, 3, 3], padding: Padding(1, 1))
      return LayerCase(
        "convolution behind a rectifier", seed: 22, input: [2, 5, 5], [("relu", ReLU()), ("layer", layer)])
    }(),
  ]

  /// Linear layers without weights, and a maximum treated as a mean.
  static let weightless: [LayerCase] = [
    LayerCase("average pooling", seed: 31, input: [2, 6, 5]) { _ in
      AveragePooling(window: PoolingWindow(kernel: Extent(2)), countsPadding: true)
    },
    LayerCase("average pooling that counts padding, overlapping, ceil", seed: 32, input: [2, 7, 6]) { _ in
      AveragePooling(
        window: PoolingWindow(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1), ceilMode: true),
        countsPadding: true)
    },
    LayerCase("average pooling without padding in the mean", seed: 33, input: [2, 7, 5]) { _ in
      AveragePooling(
        window: PoolingWindow(
          kernel: Extent(3, 2), stride: Extent(2), padding: Padding(top: 1, left: 0, bottom: 2, right: 1)),
        countsPadding: false)
    },
    LayerCase("adaptive average pooling, overlapping cells", seed: 34, input: [2, 7, 5]) { _ in
      AdaptiveAveragePooling(outputSize: Extent(3, 2))
    },
    LayerCase("global average pooling", seed: 35, input: [3, 3, 5]) { _ in AdaptiveAveragePooling.global },
    LayerCase("adaptive average pooling that enlarges", seed: 36, input: [1, 2, 3]) { _ in
      AdaptiveAveragePooling(outputSize: Extent(3, 4))
    },
    LayerCase("addition", seed: 37, joining: Addition()),
    LayerCase("max pooling", seed: 38, input: [2, 6, 5]) { _ in MaxPooling(window: PoolingWindow(kernel: Extent(2))) },
    LayerCase("max pooling overlapping, padded, ceil", seed: 45, input: [2, 7, 6]) { _ in
      MaxPooling(window: PoolingWindow(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1), ceilMode: true))
    },
    LayerCase("max pooling with gaps between windows", seed: 40, input: [2, 8, 7]) { _ in
      MaxPooling(window: PoolingWindow(kernel: Extent(2), stride: Extent(3)))
    },
  ]

  /// Everything else.
  static let others: [LayerCase] = [
    LayerCase("max pooling dilated", seed: 51, input: [2, 7, 6]) { _ in
      MaxPooling(
        window: PoolingWindow(kernel: Extent(2), stride: Extent(1), padding: Padding(1, 1), dilation: Extent(2)))
    },
    LayerCase("ReLU", seed: 52, input: [2, 3, 5]) { _ in ReLU() },
    LayerCase("local response normalization", seed: 53, input: [7, 2, 3]) { _ in
      LocalResponseNormalization(size: 5, alpha: 0.5, beta: 0.75, k: 2)
    },
    LayerCase("local response normalization over an even number", seed: 54, input: [3, 1, 3]) { _ in
      LocalResponseNormalization(size: 4, alpha: 0.5, beta: 0.5, k: 1)
    },
    LayerCase("concatenation", seed: 55, joining: Concatenation()),
    LayerCase("reshape", seed: 56, input: [2, 3, 5]) { _ in Reshape.flatten },
    LayerCase("dropout", seed: 57, input: [4, 3]) { _ in Dropout() },
    LayerCase("identity", seed: 58, input: [5]) { _ in Identity() },
    LayerCase("softmax", seed: 59, input: [11]) { _ in Softmax() },
  ]

  static let all = weighted + weightless + others
}
