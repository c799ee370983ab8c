import RelevancePropagation
import TestDevices
import Testing

@testable import Scanning

/// Networks that extend to any size, and those that do not, by name.
@Suite struct DirectNetworkTests {
  @Test(
    "dense layers become convolutions: at the window's size the scores are the network's",
    arguments: DirectCase.all + [.unpadded])
  func sameAtTheWindow(_ the: DirectCase) throws {
    let direct = try the.direct()
    #expect(direct.network.nodes.allSatisfy { !($0.layer is Dense) && !($0.layer is Reshape) })
    let (network, _) = try the.rules()
    let shape = network.inputShape
    guard case .planes(let numbers) = the.image(Extent(shape[1], shape[2]), seed: 91).samples else { return }
    let image = Tensor(shape: Shape([1] + shape.extents), scalars: numbers)
    let engine = TestDevice.engine
    let found = try DeviceNetwork(direct.network, on: engine).forward(image).scores()
    let expected = try DeviceNetwork(network, on: engine).forward(image).scores()
    #expect(found.shape == [1, network.outputShape[0], 1, 1])
    for (a, b) in zip(found.scalars, expected.scalars) { #expect(abs(a - b) <= 1e-5 * max(abs(b), 0.1)) }
  }

  /// Weights (37·i + 11·k) mod 64 − 32, in 64ths; the expected map is PyTorch's (float64), by
  /// conv2d(x, w1, b1, padding=1), relu, max_pool2d(2), conv2d with the dense weights as [2, 2, 2, 3], of x[c, y, x] =
  /// ((29·c + 13·y + 7·x) mod 32 − 16) / 16 on 7 × 10 pixels.
  @Test("the output map of a larger image is PyTorch's")
  func outputMap() throws {
    func weights(_ shape: Shape, _ k: Int) -> Tensor {
      Tensor(shape: shape, scalars: (0..<shape.count).map { Float((37 * $0 + 11 * k) % 64 - 32) / 64 })
    }
    let nodes: [Network.Node] = [
      .init(
        name: "conv",
        layer: Convolution(weight: weights([2, 2, 3, 3], 1), bias: weights([2], 2), padding: Padding(1, 1)),
        inputs: ["input"]),
      .init(name: "relu", layer: ReLU(), inputs: ["conv"]),
      .init(name: "pool", layer: MaxPooling(window: PoolingWindow(kernel: Extent(2))), inputs: ["relu"]),
      .init(name: "flatten", layer: Reshape.flatten, inputs: ["pool"]),
      .init(name: "fc", layer: Dense(weight: weights([2, 12], 3), bias: weights([2], 4)), inputs: ["flatten"]),
    ]
    let network = try Network(name: "map", inputShape: [2, 4, 6], nodes: nodes, outputName: "fc")
    let rules = try Preset.named("epsilon").composite(for: network, low: [-1, -1], high: [1, 1]).resolve(for: network)
    let direct = try DirectNetwork(network, rules: rules)
    let pixels = (0..<140).map { index -> Float in
      let (channel, y, x) = (index / 70, index / 10 % 7, index % 10)
      return Float((29 * channel + 13 * y + 7 * x) % 32 - 16) / 16
    }
    let image = Tensor(shape: [1, 2, 7, 10], scalars: pixels)
    let larger = try direct.network(for: Extent(7, 10))
    let found = try DeviceNetwork(larger, on: TestDevice.engine).forward(image).scores()
    #expect(found.shape == [1, 2, 2, 3])
    let expected: [Float] = Self.torch
    #expect(found.scalars.count == expected.count)
    for (a, b) in zip(found.scalars, expected) { #expect(abs(a - b) <= 1e-5, "\(found.scalars)") }
  }

  private static let torch: [Float] = [
    0.58815, 0.410141, 0.7547455, 0.4363098, 0.6108246, 0.4930725, -0.4486542, -0.640213, -0.2401886, -0.5654602,
    -0.4033356, -0.5486145,
  ]

  private static func network(_ layers: [(String, any Layer)], input: Shape = [2, 8, 8]) throws -> Network {
    try Network(
      name: "refused", inputShape: input,
      nodes: layers.enumerated().map { index, layer in
        .init(name: layer.0, layer: layer.1, inputs: [index == 0 ? "input" : layers[index - 1].0])
      }, outputName: layers[layers.count - 1].0)
  }

  private static func convolution(_ bias: Tensor? = nil) -> Convolution {
    Convolution(weight: Tensor(repeating: 0.1, shape: [3, 2, 3, 3]), bias: bias, padding: Padding(1, 1))
  }

  @Test("layers that look at a whole map are refused by name")
  func refused() throws {
    func message(_ layers: [(String, any Layer)]) throws -> String {
      let network = try Self.network(layers)
      let rules = try Preset.named("epsilon").composite(for: network, low: [-1, -1], high: [1, 1]).resolve(for: network)
      let error = #expect(throws: DirectError.self) { try DirectNetwork(network, rules: rules) }
      return error?.description ?? "no error"
    }
    func dense(_ inputs: Int) -> (String, any Layer) {
      ("fc", Dense(weight: Tensor(repeating: 0.1, shape: [4, inputs]), bias: nil))
    }
    #expect(
      try message([
        ("conv", Self.convolution()), ("pool", AdaptiveAveragePooling.global), ("flatten", Reshape.flatten), dense(3),
      ])
      .hasPrefix("pool (adaptive average pooling): averages the whole map into 1x1, so the network does not extend"))
    #expect(
      try message([
        ("conv", Self.convolution()),
        ("mean", AveragePooling(window: PoolingWindow(kernel: Extent(8)), countsPadding: true)),
        ("flatten", Reshape.flatten), dense(3),
      ]).hasPrefix("mean (average pooling): averages the whole map"))
    #expect(
      try message([
        ("conv", Self.convolution()), ("view", Reshape(shape: [12, 4, 4])), ("flatten", Reshape.flatten), dense(192),
      ])
      .hasPrefix("view (reshape): gives [12, 4, 4]"))
    #expect(
      try message([
        ("conv", Self.convolution(Tensor(repeating: 0, shape: [3, 8, 8]))), ("flatten", Reshape.flatten), dense(192),
      ]).hasPrefix("conv (convolution): has a bias for every position"))
    #expect(try message([("conv", Self.convolution())]).hasPrefix("conv: a window's scores are [3, 8, 8]"))
  }

  @Test("rules that look at a whole image are refused by name, with composites to use instead")
  func rules() throws {
    for (composite, node, word) in [("seed", "conv2", "rms"), ("guided_backprop", "relu1", "drops")] {
      let the = DirectCase.padded
      let error = #expect(throws: DirectError.self) { try the.direct(composite) }
      let message = error?.description ?? ""
      #expect(
        message.hasPrefix(node + ": ") && message.contains(word) && message.contains("epsilon_gamma_box"),
        "\(composite): \(message)")
    }
  }

  @Test("settings of windows are refused")
  func settings() throws {
    for settings in [
      ScanSettings(combine: .mean, target: .top), ScanSettings(target: .top, constantWindows: .skip),
    ] {
      let error = #expect(throws: ScanError.self) {
        try DirectScan(
          DirectCase.padded.direct(), image: Extent(40), tile: Extent(2),
          normalization: PixelNormalization(planesWithLow: [0, 0, 0]), settings: settings, on: TestDevice.engine)
      }
      #expect(error?.description.contains("no windows") == true)
    }
  }
}
