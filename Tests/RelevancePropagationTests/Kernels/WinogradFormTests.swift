import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// A form of Winograd's algorithm that is asked for is what runs, and gives the other's bits.
@Suite struct WinogradFormTests {
  private static func network(channels: Int, side: Int) throws -> Network {
    var random = SplitMix64(seed: 112)
    let weight: Shape = [7, channels, 3, 3]
    return try .chain(
      [
        (
          "conv",
          Convolution(
            weight: Tensor(shape: weight, scalars: random.units(weight.count)),
            bias: Tensor(shape: [7], scalars: random.units(7)), padding: Padding(1, 1))
        ), ("relu", ReLU()), ("mean", AdaptiveAveragePooling.global), ("flatten", Reshape.flatten),
      ], input: [channels, side, side])
  }

  /// Relevance of the input, and the kernels that made it, forward and backward.
  private static func run(
    _ network: Network, _ convolutions: ConvolutionChoice, batch: Int
  ) throws -> (relevance: Tensor, kernels: Set<String>) {
    let engine = try Engine(
      device: TestDevice.engine.device, family: .cpu, convolutions: convolutions, profiling: true)
    let device = try DeviceNetwork(network, on: engine, batch: batch)
    let table = try RuleTable(RuleSet(rule: GammaRule()).rules(for: network), for: network)
    let propagator = try Propagator(device, rules: table, options: .init(ledger: false))
    var random = SplitMix64(seed: 113)
    let images = Tensor(
      shape: Shape([batch] + network.inputShape.extents), scalars: random.units(batch * network.inputShape.count))
    let trace = try device.forward(images)
    let start = Target.start((0..<batch).map { [.logit($0)] }, scores: try trace.scores())
    let relevance = try propagator.propagate(trace, from: start).input
    let kernels = try engine.launchRecords().filter { $0.label.hasPrefix("conv ") }.map(\.kernel)
    return (relevance, Set(kernels.filter { $0.hasPrefix("winograd_") }))
  }

  @Test("at every size", arguments: [2, 4], [(20, 9), (3, 1), (64, 47)])
  func asked(_ tile: Int, _ size: (channels: Int, side: Int)) throws {
    let network = try Self.network(channels: size.channels, side: size.side)
    let forms = try [WinogradForm.fused, .split].map { form in
      try #require(ConvolutionChoice.winograd.first { $0.tile == tile && $0.form == form })
    }
    for batch in [1, 3] {
      let (fused, split) = (
        try Self.run(network, forms[0], batch: batch), try Self.run(network, forms[1], batch: batch)
      )
      #expect(fused.kernels == ["winograd_fused_\(tile)"])
      #expect(split.kernels == ["winograd_input_\(tile)", "winograd_sums_\(tile)"])
      expectIdentical(fused.relevance, split.relevance, "\(tile), \(size), batch \(batch)")
    }
  }

  @Test("tiles that local memory does not hold are split")
  func tooLarge() throws {
    // 36 numbers of a channel of each tile, at least two tiles: beyond the mebibyte that is used.
    let network = try Self.network(channels: 4096, side: 5)
    #expect(try Self.run(network, .winograd4Fused, batch: 1).kernels.contains("winograd_sums_4"))
  }
}
