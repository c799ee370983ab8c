import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// A max pooling that a convolution takes with its own outputs is, to the bit, the pooling of what the convolution stored;
/// and so is f = maximum / stab(mean).
@Suite struct PoolingWithConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var channels, height, width: Int
    var convolutions: ConvolutionChoice
    var testDescription: String { "\(channels) channels, \(height)x\(width), \(convolutions)" }
  }

  static let cases = [(64, 32, 40), (20, 13, 18), (33, 9, 7), (64, 57, 59)].flatMap { channels, height, width in
    ([.automatic] + ConvolutionChoice.winograd).map {
      Case(channels: channels, height: height, width: width, convolutions: $0)
    }
  }

  private static func network(_ size: Case, rectified: Bool = false) throws -> Network {
    var random = SplitMix64(seed: 95)
    func convolution(_ inputs: Int, _ outputs: Int) -> Convolution {
      Convolution(
        weight: Tensor(shape: Shape([outputs, inputs, 3, 3]), scalars: random.units(outputs * inputs * 9)),
        bias: Tensor(shape: Shape([outputs]), scalars: random.units(outputs)), padding: Padding(1, 1))
    }
    return try .chain(
      (rectified ? [("relu0", ReLU())] : []) + [
        ("conv", convolution(16, size.channels)), ("relu", ReLU()),
        ("pool", MaxPooling(window: PoolingWindow(kernel: Extent(2)))), ("top", convolution(size.channels, 3)),
        ("relu2", ReLU()), ("mean", AdaptiveAveragePooling.global), ("flatten", Reshape.flatten),
      ], input: [16, size.height, size.width])
  }

  @Test("maxima are those of the stored outputs", arguments: cases)
  func maxima(_ size: Case) throws {
    let network = try Self.network(size)
    let engine = try Engine(device: TestDevice.engine.device, family: .cpu, convolutions: size.convolutions)
    let device = try DeviceNetwork(network, on: engine, batch: 2)
    #expect(device.poolings == ["conv": "pool"])
    var random = SplitMix64(seed: 96)
    let images = Tensor(
      shape: Shape([2] + network.inputShape.extents), scalars: random.units(2 * network.inputShape.count))
    let trace = try device.forward(images)
    let (stored, pooled) = (try trace.activation(of: "relu"), try trace.activation(of: "pool"))
    let (rows, columns) = (size.height / 2, size.width / 2)
    var expected: [Float] = []
    stored.withScalars { scalars in
      for plane in 0..<2 * size.channels {
        for p in 0..<rows {
          for q in 0..<columns {
            let at = (plane * size.height + 2 * p) * size.width + 2 * q
            expected.append(max(scalars[at], scalars[at + 1], scalars[at + size.width], scalars[at + size.width + 1]))
          }
        }
      }
    }
    #expect(pooled.scalars == expected)
  }

  @Test("half windows at the border, as ceil_mode has them, are the pooling's own")
  func ceilMode() throws {
    var random = SplitMix64(seed: 103)
    let engine = TestDevice.cpu
    let network = try Network.chain(
      [
        (
          "conv",
          Convolution(
            weight: Tensor(shape: [64, 64, 3, 3], scalars: random.units(64 * 64 * 9)), bias: nil, padding: Padding(1, 1)
          )
        ), ("relu", ReLU()), ("pool", MaxPooling(window: PoolingWindow(kernel: Extent(2), ceilMode: true))),
        ("mean", AdaptiveAveragePooling.global), ("flatten", Reshape.flatten),
      ], input: [64, 27, 30])
    let images = Tensor(shape: Shape([1, 64, 27, 30]), scalars: random.units(64 * 27 * 30))
    let pooled = try [engine, TestDevice.plain].map {
      let device = try DeviceNetwork(network, on: $0)
      return try device.forward(images).activation(of: "pool")
    }
    #expect(pooled[0].shape == [1, 64, 14, 15])
    expectClose(
      pooled[0].scalars, pooled[1].scalars.map(Double.init), tolerance: 1e-5,
      Origin(what: "maxima", shape: pooled[0].shape, seed: 103, filter: "PoolingWithConvolutionTests"))
  }

  @Test("the convolution's own factors are those of the winners where the pooling sends all to them", arguments: cases)
  func winners(_ size: Case) throws {
    let network = try Self.network(size, rectified: true)
    let engine = try Engine(device: TestDevice.engine.device, family: .cpu, convolutions: size.convolutions)
    let convolution = network["conv"]!
    let (layer, layerShapes) = (convolution.layer as! Convolution, network.layerShapes(of: convolution))
    let areTogether =
      layer.masksWinners(for: layerShapes, engine.choice)
      && layer.spreads(for: .backward(bounded: true), shapes: layerShapes, engine.choice)
    #expect(areTogether || size.convolutions == .automatic)
    var random = SplitMix64(seed: 97)
    let images = Tensor(
      shape: Shape([2] + network.inputShape.extents), scalars: random.units(2 * network.inputShape.count))
    let device = try DeviceNetwork(network, on: engine, batch: 2)
    func propagator(_ pooling: any Rule) throws -> Propagator {
      let rules: [String: any Rule] = [
        "relu0": PassRule(), "conv": GammaRule(), "relu": PassRule(), "pool": pooling, "top": GammaRule(),
        "relu2": PassRule(), "mean": EpsilonRule(), "flatten": PassRule(),
      ]
      return try Propagator(device, rules: try RuleTable(rules, for: network), options: .init(ledger: false))
    }
    func read(_ factor: Factor) throws -> [Float] {
      let buffer = device.factors[factor].buffer
      return try engine.queue.read(buffer, count: buffer.count)
    }
    var kept = [try propagator(WinnerTakesAllRule())]
    guard areTogether else {
      #expect(device.factors.made(of: "conv", winnersOf: "pool") == nil)
      return
    }
    let winners = try #require(device.factors.made(of: "conv", winnersOf: "pool")).factor
    _ = try device.forward(images)
    let found = try read(winners)
    // A pass for scores makes none; the backward pass asks for them.
    _ = try device.forward(count: 2, scoresOnly: true)
    try device.complete([winners], images: 2)
    #expect(try read(winners) == found)
    // Beside those of all outputs.
    kept.append(try propagator(EpsilonRule(.tutorial)))
    let all = try #require(device.factors.made(of: "conv")).factor
    _ = try device.forward(images)
    try device.complete([all, winners], images: 2)
    #expect(try read(winners) == found)
    // What the pooling's own kernel sends of 1 to each window's winner, times f.
    let pooling = network["pool"]!
    let shapes = network.layerShapes(of: pooling)
    let expected = try Buffer<Float>(count: found.count, on: engine.queue)
    try (pooling.layer as! MaxPooling).route(
      Buffer([Float](repeating: 1, count: 2 * shapes.output.count), on: engine.queue),
      activation: device.activation("relu"), sharingTies: false,
      finish: Finish(product: Operand(device.factors[all].buffer, shapes.inputs[0])), into: expected, shapes: shapes,
      batch: 2, on: engine)
    #expect(found == (try engine.queue.read(expected, count: found.count)))
    let others = try read(all)
    #expect(found.contains { $0 != 0 } && found != others)
    _ = kept
  }

  @Test("factors are those that the pooling's own kernel makes", arguments: cases)
  func factors(_ size: Case) throws {
    let network = try Self.network(size)
    let engine = try Engine(device: TestDevice.engine.device, family: .cpu, convolutions: size.convolutions)
    let rules: [String: any Rule] = [
      "conv": GammaRule(), "relu": PassRule(), "pool": EpsilonRule(.tutorial), "top": GammaRule(), "relu2": PassRule(),
      "mean": EpsilonRule(), "flatten": PassRule(),
    ]
    let device = try DeviceNetwork(network, on: engine, batch: 2)
    let propagator = try Propagator(device, rules: try RuleTable(rules, for: network), options: .init(ledger: false))
    let made = try #require(device.factors.made(of: "pool"))
    var random = SplitMix64(seed: 97)
    let images = Tensor(
      shape: Shape([2] + network.inputShape.extents), scalars: random.units(2 * network.inputShape.count))
    let trace = try device.forward(images)
    let found = try engine.queue.read(made.buffer, count: made.buffer.count)
    #expect(found.contains { $0 != 0 })
    // A pass for scores makes none; the backward pass asks for them.
    _ = try device.forward(count: 2, scoresOnly: true)
    try device.complete([made.factor], images: 2)
    #expect(try engine.queue.read(made.buffer, count: made.buffer.count) == found)
    _ = (propagator, trace)
  }
}
