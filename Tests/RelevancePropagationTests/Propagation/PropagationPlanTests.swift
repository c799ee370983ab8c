import TestDevices
import Testing

@testable import RelevancePropagation

/// The plan's numbers by hand, and the device's own.
@Suite struct PropagationPlanTests {
  @Test("FLOP, bytes and launches of the VGG-like network")
  func numbers() throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    let rules = try Preset.named("zero").composite(for: network, low: [0], high: [1]).resolve(for: network)
    let plan = PropagationPlan(network, rules: rules, targets: 2, kernels: KernelChoice(family: .plain))
    let layers = Dictionary(uniqueKeysWithValues: plan.layers.map { ($0.name, $0) })
    // conv1_2: 4 × 8 × 6 outputs of 4 × 9 products each.
    let conv = layers["conv1_2"]!
    #expect(conv.forwardFLOP == 2 * 192 * 36)
    // LRP-0 reads the stored z: one transposed convolution for each target.
    #expect(conv.backwardFLOP == 2 * conv.forwardFLOP)
    #expect(conv.weightBytes == 4 * (4 * 4 * 9 + 4) && conv.modifiedWeightBytes == 0)
    #expect(conv.activationBytes == 4 * 192 && conv.relevanceBytes == 2 * 4 * 192)
    #expect(conv.launches == 3)
    // A maximum over 2 × 2 pixels of 4 × 4 × 3 windows.
    #expect(layers["pool1"]!.forwardFLOP == 4 * 48)
    #expect(layers["relu1_1"]!.launches == 0)
    // z⁺ behind a rectifier: W⁺ alone; at the input W⁺ and W⁻.
    let positive = try Preset.named("z-plus").composite(for: network, low: [0], high: [1]).resolve(for: network)
    let other = PropagationPlan(network, rules: positive, kernels: KernelChoice(family: .plain))
    #expect(other.layers[0].modifiedWeightBytes == 2 * 4 * 4 * 3 * 9)
    #expect(other.layers.first { $0.name == "conv1_2" }!.modifiedWeightBytes == 4 * 4 * 4 * 9)
  }

  @Test("joined steps take fewer launches, and the plan says how")
  func shortcuts() throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    let rules = try Preset.named("zero").composite(for: network, low: [0], high: [1]).resolve(for: network)
    let plain = PropagationPlan(network, rules: rules, kernels: KernelChoice(family: .plain))
    let fast = PropagationPlan(network, rules: rules, kernels: KernelChoice(family: .cpu))
    #expect(fast.launches < plain.launches * 2 / 3)
    let conv = fast.layers.first { $0.name == "conv1_2" }!
    #expect(conv.launches == 1)
    #expect(conv.shortcuts == ["s of below with c", "below: z is the stored output"])
    // 4 to 4 channels, the transpose by products first: two blocks of 8 taps side by side, for each of 4 inputs.
    #expect(conv.modifiedWeightBytes == 4 * 2 * 32 * 4)
    #expect(plain.layers.allSatisfy { $0.shortcuts.allSatisfy { $0 == "z is the stored output" } })
  }

  @Test("launches and bytes are those of the run", arguments: Preset.all)
  func matchesRun(_ preset: Preset) throws {
    let network = try SmallNetwork.residual(biased: true, seed: 2).canonized()
    let rules = try preset.composite(for: network, low: [-1, -1, -1], high: [1, 1, 1]).resolve(for: network)
    let plan = PropagationPlan(network, rules: rules, kernels: TestDevice.engine.choice)
    let propagator = try Propagator(
      DeviceNetwork(network, on: TestDevice.engine), rules: rules, options: .init(ledger: false))
    #expect(plan.launches == propagator.launchCount)
    #expect(plan.backwardBytes + plan.modifiedWeightBytes == propagator.bytes)
  }
}
