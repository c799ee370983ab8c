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
    [ConvolutionChoice.automatic, .winograd2, .winograd4].map {
      Case(channels: channels, height: height, width: width, convolutions: $0)
    }
  }

  private static func network(_ size: Case) throws -> Network {
    var random = SplitMix64(seed: 95)
    func convolution(_ inputs: Int, _ outputs: Int) -> Convolution {
      Convolution(
        weight: Tensor(shape: Shape([outputs, inputs, 3, 3]), scalars: random.units(outputs * inputs * 9)),
        bias: Tensor(shape: Shape([outputs]), scalars: random.units(outputs)), padding: Padding(1, 1))
    }
    return try .chain(
      [
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
    let made = try #require(device.factors.made["pool"])
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
