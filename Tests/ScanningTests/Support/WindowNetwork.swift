import RelevancePropagation
import TestDevices

/// A network of a few layers whose input is a window of odd size: convolution, rectifier, pooling, dense layer.
enum WindowNetwork {
  /// `[3, 8, 6]` to five classes, with biases, or `channels` 1.
  static func make(channels: Int = 3, seed: UInt64 = 1) -> Network {
    var random = SplitMix64(seed: seed)
    func numbers(_ count: Int, _ scale: Float) -> [Float] {
      (0..<count).map { _ in Float.random(in: -scale..<scale, using: &random) }
    }
    let nodes: [Network.Node] = [
      .init(
        name: "conv1",
        layer: Convolution(
          weight: Tensor(shape: [4, channels, 3, 3], scalars: numbers(36 * channels, 0.4)),
          bias: Tensor(shape: [4], scalars: numbers(4, 0.3)), padding: Padding(1, 1)), inputs: ["input"]),
      .init(name: "relu1", layer: ReLU(), inputs: ["conv1"]),
      .init(name: "pool1", layer: MaxPooling(window: PoolingWindow(kernel: Extent(2))), inputs: ["relu1"]),
      .init(
        name: "conv2",
        layer: Convolution(
          weight: Tensor(shape: [6, 4, 3, 3], scalars: numbers(216, 0.3)),
          bias: Tensor(shape: [6], scalars: numbers(6, 0.3)), padding: Padding(1, 1)), inputs: ["pool1"]),
      .init(name: "relu2", layer: ReLU(), inputs: ["conv2"]),
      .init(name: "flatten", layer: Reshape.flatten, inputs: ["relu2"]),
      .init(
        name: "fc",
        layer: Dense(
          weight: Tensor(shape: [5, 72], scalars: numbers(360, 0.2)), bias: Tensor(shape: [5], scalars: numbers(5, 0.3))
        ),
        inputs: ["flatten"]),
    ]
    do {
      return try Network(name: "window", inputShape: [channels, 8, 6], nodes: nodes, outputName: "fc")
    } catch { preconditionFailure("\(error)") }
  }

  static let preprocessing = Preprocessing(
    channelOrder: .bgr, scale: 1 / 255, mean: [0.4, 0.5, 0.45], deviation: [0.25, 0.2, 0.3])

  /// An explainer of the network with a composite whose box rule needs the bounds of the input.
  static func explainer(
    batch: Int, composite: String = "epsilon_gamma_box", network: Network = make(),
    preprocessing: Preprocessing = preprocessing, on engine: Engine = TestDevice.engine, ledger: Bool = true
  ) throws -> Explainer {
    try Explainer(
      network, composite: .named(composite), low: preprocessing.low, high: preprocessing.high, on: engine, batch: batch,
      options: PropagationOptions(ledger: ledger))
  }
}
