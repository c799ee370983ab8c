@testable import RelevancePropagation

/// Networks of a few layers with the graphs that matter: a chain, a residual block, branches that are concatenated.
struct SmallNetwork: Sendable, CustomStringConvertible {
  let name: String
  let network: Network
  var description: String { name }

  static func all(biased: Bool, seed: UInt64) -> [SmallNetwork] {
    [
      SmallNetwork(name: "VGG-like", network: vggLike(biased: biased, seed: seed)),
      SmallNetwork(name: "residual", network: residual(biased: biased, seed: seed)),
      SmallNetwork(name: "concatenation", network: concatenation(biased: biased, seed: seed)),
    ]
  }

  /// conv–ReLU–conv–ReLU–max pooling, twice as wide behind; dropout, two dense layers.
  static func vggLike(biased: Bool, seed: UInt64) -> Network {
    var make = Maker(seed: seed, biased: biased)
    return make.network("vgg-like") { make in
      make.add("conv1_1", make.convolution(3, 4))
      make.add("relu1_1", ReLU())
      make.add("conv1_2", make.convolution(4, 4))
      make.add("relu1_2", ReLU())
      make.add("pool1", MaxPooling(window: PoolingWindow(kernel: Extent(2))))
      make.add("conv2_1", make.convolution(4, 6))
      make.add("relu2_1", ReLU())
      make.add("pool2", MaxPooling(window: PoolingWindow(kernel: Extent(2))))
      make.add("flatten", Reshape.flatten)
      make.add("fc6", make.dense(6 * 2 * 1, 10))
      make.add("relu6", ReLU())
      make.add("drop6", Dropout())
      make.add("fc7", make.dense(10, 5))
    }
  }

  /// Two residual blocks, the second with a strided convolution on its shortcut; global average pooling.
  static func residual(biased: Bool, seed: UInt64) -> Network {
    var make = Maker(seed: seed &+ 1, biased: biased)
    return make.network("residual") { make in
      make.add("stem", make.convolution(3, 4))
      make.add("relu0", ReLU())
      make.add("a1", make.convolution(4, 4))
      make.add("a1relu", ReLU())
      make.add("a2", make.convolution(4, 4))
      make.add("add1", Addition(), ["a2", "relu0"])
      make.add("relu1", ReLU())
      make.add("b1", make.convolution(4, 6, stride: 2))
      make.add("shortcut", make.convolution(4, 6, kernel: 1, stride: 2), ["relu1"])
      make.add("add2", Addition(), ["b1", "shortcut"])
      make.add("relu2", ReLU())
      make.add("pool", AdaptiveAveragePooling.global)
      make.add("flatten", Reshape.flatten)
      make.add("fc", make.dense(6, 5))
    }
  }

  /// Two branches and their source concatenated, then averaged.
  static func concatenation(biased: Bool, seed: UInt64) -> Network {
    var make = Maker(seed: seed &+ 2, biased: biased)
    return make.network("concatenation") { make in
      make.add("stem", make.convolution(3, 4))
      make.add("relu0", ReLU())
      make.add("left", make.convolution(4, 3))
      make.add("leftrelu", ReLU())
      make.add("right", make.convolution(4, 2, kernel: 1), ["relu0"])
      make.add("rightrelu", ReLU())
      make.add("concat", Concatenation(), ["leftrelu", "rightrelu", "relu0"])
      make.add("pool", AveragePooling(window: PoolingWindow(kernel: Extent(2)), countsPadding: true))
      make.add("flatten", Reshape.flatten)
      make.add("fc", make.dense(9 * 4 * 3, 5))
    }
  }

  /// Images in −1 ..< 1 of the networks' input, `[3, 8, 6]`.
  static func images(_ count: Int, seed: UInt64) -> Tensor {
    var random = SplitMix64(seed: seed)
    return Tensor(shape: Shape([count] + input.extents), scalars: random.units(count * input.count))
  }

  static let input: Shape = [3, 8, 6]

  /// Adds nodes in a row; weights of a size that keeps activations near 1.
  private struct Maker {
    var random: SplitMix64
    let biased: Bool
    var nodes: [Network.Node] = []

    init(seed: UInt64, biased: Bool) {
      random = SplitMix64(seed: seed)
      self.biased = biased
    }

    mutating func add(_ name: String, _ layer: any Layer, _ inputs: [String]? = nil) {
      nodes.append(.init(name: name, layer: layer, inputs: inputs ?? [nodes.last?.name ?? "input"]))
    }

    mutating func convolution(_ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1) -> Convolution {
      let taps = inputs * kernel * kernel
      let scale = 1.7 / Float(taps).squareRoot()
      return Convolution(
        weight: Tensor(shape: [outputs, inputs, kernel, kernel], scalars: random.units(outputs * taps, scale: scale)),
        bias: biased ? Tensor(shape: [outputs], scalars: random.units(outputs, scale: 0.3)) : nil,
        stride: Extent(stride), padding: Padding(kernel / 2, kernel / 2))
    }

    mutating func dense(_ inputs: Int, _ outputs: Int) -> Dense {
      let scale = 1.7 / Float(inputs).squareRoot()
      return Dense(
        weight: Tensor(shape: [outputs, inputs], scalars: random.units(outputs * inputs, scale: scale)),
        bias: biased ? Tensor(shape: [outputs], scalars: random.units(outputs, scale: 0.3)) : nil)
    }

    mutating func network(_ name: String, _ build: (inout Maker) -> Void) -> Network {
      build(&self)
      do {
        return try Network(name: name, inputShape: input, nodes: nodes, outputName: nodes.last!.name)
      } catch { preconditionFailure("\(name): \(error)") }
    }
  }
}
