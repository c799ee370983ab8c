@testable import RelevancePropagation

/// Small networks whose layers read windows in every way a layer can.
struct TestNetwork: Sendable, CustomStringConvertible {
  let description: String
  let network: Network

  static let all = [chain, branches]

  /// Convolutions and poolings in a row, then dense layers: 3 × 24 × 20.
  static let chain: TestNetwork = {
    var make = Maker(seed: 1)
    make.add("conv1", make.convolution(3, 8))
    make.add("relu1", ReLU())
    make.add("conv2", make.convolution(8, 8))
    make.add("relu2", ReLU())
    make.add("pool2", MaxPooling(window: PoolingWindow(kernel: Extent(2))))
    make.add("drop2", Dropout())
    make.add("conv3", make.convolution(8, 20))
    make.add("relu3", ReLU())
    make.add("pool3", MaxPooling(window: PoolingWindow(kernel: Extent(2))))
    make.add("flatten", Reshape.flatten)
    make.add("fc4", make.dense(20 * 6 * 5, 12))
    make.add("relu4", ReLU())
    make.add("fc5", make.dense(12, 5))
    return TestNetwork(description: "chain", network: make.network([3, 24, 20]))
  }()

  /// Strides, dilation, groups, padded and ragged poolings, a sum, a concatenation, a normalisation: 4 × 40 × 37.
  static let branches: TestNetwork = {
    var make = Maker(seed: 2)
    make.add("stem", make.convolution(4, 6, kernel: Extent(5, 3), stride: Extent(1, 2), padding: Padding(2, 1)))
    make.add("norm", LocalResponseNormalization(size: 3))
    make.add("relu0", ReLU())
    make.add("left", make.convolution(6, 6, dilation: Extent(2), padding: Padding(2, 2)), ["relu0"])
    make.add("right", make.convolution(6, 6, groups: 2), ["relu0"])
    make.add("sum", Addition(), ["left", "right"])
    make.add("both", Concatenation(), ["sum", "relu0"])
    make.add("relu1", ReLU())
    make.add(
      "pool1",
      MaxPooling(
        window: PoolingWindow(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1), ceilMode: true)))
    make.add("conv2", make.convolution(12, 5))
    make.add("mean2", AveragePooling(window: PoolingWindow(kernel: Extent(2), stride: Extent(1)), countsPadding: false))
    make.add("pool", AdaptiveAveragePooling.global)
    make.add("flatten", Reshape.flatten)
    make.add("fc", make.dense(5, 4))
    return TestNetwork(description: "branches", network: make.network([4, 40, 37]))
  }()

  /// What black and white might become, per channel.
  var bounds: (low: [Float], high: [Float]) {
    let channels = network.inputShape[0]
    return (Array([-1.5, -1.25, -1, -0.5].prefix(channels)), Array([1.5, 2, 1, 0.75].prefix(channels)))
  }

  /// Images of numbers in −1 ..< 1.
  func images(_ count: Int, seed: UInt64) -> [Tensor] {
    var random = SplitMix64(seed: seed)
    let shape = network.inputShape
    return (0..<count).map { _ in
      Tensor(shape: shape, scalars: (0..<shape.count).map { _ in Float.random(in: -1..<1, using: &random) })
    }
  }

  private struct Maker {
    var random: SplitMix64
    var nodes: [Network.Node] = []

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func add(_ name: String, _ layer: any Layer, _ inputs: [String]? = nil) {
      nodes.append(.init(name: name, layer: layer, inputs: inputs ?? [nodes.last?.name ?? "input"]))
    }

    mutating func numbers(_ count: Int, scale: Float) -> [Float] {
      (0..<count).map { _ in scale * Float.random(in: -1..<1, using: &random) }
    }

    mutating func convolution(
      _ inputs: Int, _ outputs: Int, kernel: Extent = Extent(3), stride: Extent = Extent(1),
      dilation: Extent = Extent(1),
      padding: Padding = Padding(1, 1), groups: Int = 1
    ) -> Convolution {
      let taps = inputs / groups * kernel.vertical * kernel.horizontal
      return Convolution(
        weight: Tensor(
          shape: [outputs, inputs / groups, kernel.vertical, kernel.horizontal],
          scalars: numbers(outputs * taps, scale: 2 / Float(taps).squareRoot())),
        bias: Tensor(shape: [outputs], scalars: numbers(outputs, scale: 0.3)), stride: stride, padding: padding,
        dilation: dilation, groups: groups)
    }

    mutating func dense(_ inputs: Int, _ outputs: Int) -> Dense {
      Dense(
        weight: Tensor(
          shape: [outputs, inputs], scalars: numbers(outputs * inputs, scale: 2 / Float(inputs).squareRoot())),
        bias: Tensor(shape: [outputs], scalars: numbers(outputs, scale: 0.3)))
    }

    func network(_ input: Shape) -> Network {
      do {
        return try Network(name: "test", inputShape: input, nodes: nodes, outputName: nodes.last!.name)
      } catch { preconditionFailure("\(error)") }
    }
  }
}
