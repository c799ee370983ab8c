import RelevancePropagation

@testable import Scanning

/// Window networks whose layers extend to larger images, with everything that makes tiles hard.
struct DirectCase: Sendable, CustomStringConvertible {
  let description: String
  let network: Network

  static let all = [padded, branches, ragged]

  /// VGG-like: padded convolutions, poolings, two dense layers. Window 12 × 8, stride 4.
  static let padded = DirectCase(
    description: "padded",
    network: Maker.network([3, 12, 8], seed: 71) { make in
      make.add("conv1", make.convolution(3, 4))
      make.add("relu1", ReLU())
      make.add("pool1", MaxPooling(window: PoolingWindow(kernel: Extent(2))))
      make.add("conv2", make.convolution(4, 5))
      make.add("relu2", ReLU())
      make.add("pool2", AveragePooling(window: PoolingWindow(kernel: Extent(2)), countsPadding: true))
      make.add("flatten", Reshape.flatten)
      make.add("fc1", make.dense(5 * 3 * 2, 7))
      make.add("relu3", ReLU())
      make.add("fc2", make.dense(7, 4))
    })

  /// A residual block, branches that are concatenated, a convolution of stride 2. Window 10 × 14, stride 4.
  static let branches = DirectCase(
    description: "branches",
    network: Maker.network([2, 10, 14], seed: 72) { make in
      make.add("stem", make.convolution(2, 4, kernel: 5, stride: 2))
      make.add("relu0", ReLU())
      make.add("a1", make.convolution(4, 4))
      make.add("a1relu", ReLU())
      make.add("a2", make.convolution(4, 4, dilation: 2))
      make.add("sum", Addition(), ["a2", "relu0"])
      make.add("relu1", ReLU())
      make.add("left", make.convolution(4, 3, stride: 2))
      make.add("right", make.convolution(4, 2, kernel: 1, stride: 2), ["relu1"])
      make.add("both", Concatenation(), ["left", "right"])
      make.add("relu2", ReLU())
      make.add("identity", AdaptiveAveragePooling(outputSize: Extent(3, 4)))
      make.add("flatten", Reshape.flatten)
      make.add("fc", make.dense(5 * 3 * 4, 3))
    })

  /// Overlapping padded poolings, one of them with ragged windows at the border. Window 13 × 11, stride 4.
  static let ragged = DirectCase(
    description: "ragged",
    network: Maker.network([1, 13, 11], seed: 73) { make in
      make.add("conv1", make.convolution(1, 4))
      make.add("relu1", ReLU())
      make.add("pool1", MaxPooling(window: PoolingWindow(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1))))
      make.add("conv2", make.convolution(4, 4))
      make.add("relu2", ReLU())
      make.add("pool2", MaxPooling(window: PoolingWindow(kernel: Extent(3), stride: Extent(2), ceilMode: true)))
      make.add("flatten", Reshape.flatten)
      make.add("fc", make.dense(4 * 3 * 3, 3))
    })

  /// No padding anywhere: windows and the direct approach are one. Window 10 × 8, stride 2.
  static let unpadded = DirectCase(
    description: "unpadded",
    network: Maker.network([3, 10, 8], seed: 74) { make in
      make.add("conv1", make.convolution(3, 4, padding: 0))
      make.add("relu1", ReLU())
      make.add("pool1", MaxPooling(window: PoolingWindow(kernel: Extent(2))))
      make.add("conv2", make.convolution(4, 5, kernel: 2, padding: 0))
      make.add("relu2", ReLU())
      make.add("flatten", Reshape.flatten)
      make.add("fc1", make.dense(5 * 3 * 2, 6))
      make.add("relu3", ReLU())
      make.add("fc2", make.dense(6, 4))
    })

  var low: [Float] { [Float](repeating: -1, count: network.inputShape[0]) }

  func rules(_ composite: String = "epsilon_gamma_box") throws -> (Network, RuleTable) {
    let canonized = try network.canonized()
    let high = low.map { -$0 }
    let composite = try Preset.named(composite).composite(for: canonized, low: low, high: high)
    return (canonized, try composite.resolve(for: canonized))
  }

  func direct(_ composite: String = "epsilon_gamma_box") throws -> DirectNetwork {
    let (canonized, rules) = try rules(composite)
    return try DirectNetwork(canonized, rules: rules)
  }

  /// An image of planes in −1 ..< 1.
  func image(_ extent: Extent, seed: UInt64) -> PixelArray {
    var random = SplitMix64(seed: seed)
    return PixelArray(
      extent,
      .planes(
        (0..<network.inputShape[0] * extent.vertical * extent.horizontal).map { _ in
          Float.random(in: -1..<1, using: &random)
        }))
  }
}

/// Adds layers in a row, with drawn weights that keep activations near 1.
struct Maker {
  private var random: SplitMix64
  private var nodes: [Network.Node] = []

  static func network(_ input: Shape, seed: UInt64, _ build: (inout Maker) -> Void) -> Network {
    var maker = Maker(random: SplitMix64(seed: seed))
    build(&maker)
    do {
      return try Network(name: "direct", inputShape: input, nodes: maker.nodes, outputName: maker.nodes.last!.name)
    } catch { preconditionFailure("\(error)") }
  }

  private mutating func numbers(_ count: Int, _ scale: Float) -> [Float] {
    (0..<count).map { _ in Float.random(in: -scale..<scale, using: &random) }
  }

  mutating func add(_ name: String, _ layer: any Layer, _ inputs: [String]? = nil) {
    nodes.append(.init(name: name, layer: layer, inputs: inputs ?? [nodes.last?.name ?? "input"]))
  }

  mutating func convolution(
    _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1, padding: Int? = nil, dilation: Int = 1
  ) -> Convolution {
    let taps = inputs * kernel * kernel
    let border = padding ?? dilation * (kernel / 2)
    return Convolution(
      weight: Tensor(
        shape: [outputs, inputs, kernel, kernel], scalars: numbers(outputs * taps, 1.7 / Float(taps).squareRoot())),
      bias: Tensor(shape: [outputs], scalars: numbers(outputs, 0.3)), stride: Extent(stride),
      padding: Padding(border, border), dilation: Extent(dilation))
  }

  mutating func dense(_ inputs: Int, _ outputs: Int) -> Dense {
    Dense(
      weight: Tensor(shape: [outputs, inputs], scalars: numbers(outputs * inputs, 1.7 / Float(inputs).squareRoot())),
      bias: Tensor(shape: [outputs], scalars: numbers(outputs, 0.3)))
  }
}
