import TestDevices
import Testing

@testable import RelevancePropagation

/// What is no number must be seen, not mended: no kernel may turn a NaN of its input into 0, as max(a, 0) + min(a, 0) does.
@Suite struct NaNTests {
  private static let engines: [(name: String, engine: Engine)] = [
    ("plain", TestDevice.plain), ("cpu", TestDevice.cpu), ("gathered", TestDevice.cpu(convolutions: .gathered)),
    ("winograd2", TestDevice.cpu(convolutions: .winograd2)), ("winograd4", TestDevice.cpu(convolutions: .winograd4)),
    ("gpu", TestDevice.gpu),
  ]

  /// More channels than a vector has lanes, and not a multiple of them.
  private static func wide() throws -> [(String, Network)] {
    var random = SplitMix64(seed: 41)
    return [
      (
        "depthwise, 21 channels",
        try .single(
          LayerCase.convolution(&random, [21, 1, 3, 3], padding: Padding(1, 1), groups: 21), input: [21, 6, 7])
      ),
      (
        "3x3, 21 channels",
        try .single(LayerCase.convolution(&random, [35, 21, 3, 3], padding: Padding(1, 1)), input: [21, 9, 10])
      ),
    ]
  }

  @Test("every output that reads a NaN is one, in every kernel", arguments: [1, 2])
  func seen(batch: Int) throws {
    let cases = (LayerCase.weighted + LayerCase.weightless).filter { $0.network.nodes.count == 1 }
    for (name, network) in try cases.map({ ($0.name, $0.network) }) + Self.wide() {
      var random = SplitMix64(seed: 42)
      let shape = Shape([batch] + network.inputShape.extents)
      let numbers = random.eighths(-4...8, count: shape.count)
      // In the last image, in the middle.
      let place = shape.count - network.inputShape.count + network.inputShape.count / 2
      for (engineName, engine) in Self.engines {
        let device = try DeviceNetwork(network, on: engine, batch: batch)
        func outputs(with number: Float) throws -> [Float] {
          var scalars = numbers
          scalars[place] = number
          return try device.forward(Tensor(shape: shape, scalars: scalars)).scores().scalars
        }
        let (low, high, spoilt) = (try outputs(with: -8), try outputs(with: 8), try outputs(with: .nan))
        // Winograd's tiles spread it to outputs beside; where they round, small differences are none.
        let reading = spoilt.indices.filter { abs(low[$0] - high[$0]) > 0.01 }
        #expect(!reading.isEmpty, "\(name), \(engineName)")
        #expect(reading.allSatisfy { spoilt[$0].isNaN }, "\(name), \(engineName), batch \(batch)")
        let ofOthers = spoilt.prefix((batch - 1) * network.outputShape.count)
        #expect(ofOthers.allSatisfy { $0.isFinite }, "\(name), \(engineName): another image has it too")
      }
    }
  }
}
