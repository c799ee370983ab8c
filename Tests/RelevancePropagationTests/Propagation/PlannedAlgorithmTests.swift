import Compute
import Foundation
import TestDevices
import Testing

@testable import RelevancePropagation

/// What the plan says of algorithms and of work that is spared is what is launched.
@Suite struct PlannedAlgorithmTests {
  /// Few channels, many, a filter a channel, one that is no square, a dense layer; two poolings of which one overlaps.
  private static let network: Network = {
    var random = SplitMix64(seed: 110)
    func convolution(_ inputs: Int, _ outputs: Int, side: Int = 3, groups: Int = 1) -> Convolution {
      let weight: Shape = [outputs, inputs / groups, side, side]
      return Convolution(
        weight: Tensor(shape: weight, scalars: random.units(weight.count)),
        bias: Tensor(shape: [outputs], scalars: random.units(outputs)), padding: Padding(side / 2, side / 2),
        groups: groups)
    }
    do {
      return try .chain(
        [
          ("conv0", convolution(3, 20)), ("relu0", ReLU()), ("conv1", convolution(20, 64)), ("relu1", ReLU()),
          ("pool1", MaxPooling(window: PoolingWindow(kernel: Extent(2)))), ("conv2", convolution(64, 64)),
          ("relu2", ReLU()),
          ("pool2", MaxPooling(window: PoolingWindow(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1)))),
          ("deep", convolution(64, 64, groups: 64)), ("relu3", ReLU()), ("point", convolution(64, 8, side: 1)),
          ("relu4", ReLU()), ("flatten", Reshape.flatten),
          (
            "top",
            Dense(
              weight: Tensor(shape: [5, 8 * 12 * 11], scalars: random.units(5 * 8 * 12 * 11)),
              bias: Tensor(shape: [5], scalars: random.units(5)))
          ),
        ], input: [3, 46, 44])
    } catch { fatalError("\(error)") }
  }()

  private static func table(_ preset: String) throws -> RuleTable {
    try Preset.named(preset).composite(for: network, low: [-3, -3, -3], high: [3, 3, 3]).resolve(for: network)
  }

  private static let kernels: [KernelChoice] =
    KernelFamily.allCases.map { KernelChoice(family: $0) } + [KernelChoice(precision: .fast)]
    + ConvolutionChoice.allCases.map { KernelChoice(convolutions: $0) }

  /// The plan's name of what a launched kernel belongs to; nil where it is none of those that are named.
  private static func algorithm(_ kernel: String) -> String? {
    let names = [
      "convolution_gather": "gathered", "convolution_direct": "direct", "convolution_scatter": "scattered",
      "convolution_depthwise": "depthwise", "depthwise_": "depthwise", "tiled_": "tiled", "dense_forward": "dense",
      "dense_backward": "dense", "vector_": "dense",
    ]
    if kernel.hasPrefix("winograd_") { return "F(\(kernel.last!)x\(kernel.last!))" }
    return names.first { kernel.hasPrefix($0.key) }?.value
  }

  @Test(
    "the algorithms of each layer's passes are those that run", arguments: kernels,
    ["seed", "epsilon_gamma_box", "epsilon_plus", "epsilon_alpha2_beta1", "w-squared", "zero"])
  func names(_ kernels: KernelChoice, _ preset: String) throws {
    let engine = try Engine(
      device: TestDevice.engine.device, family: kernels.family, precision: kernels.precision,
      convolutions: kernels.convolutions, profiling: true)
    let (network, table) = (Self.network, try Self.table(preset))
    let plan = PropagationPlan(network, rules: table, on: engine)
    #expect(!plan.dropsFactors)
    let device = try DeviceNetwork(network, on: engine)
    let propagator = try Propagator(device, rules: table, options: .init(ledger: false))
    _ = try engine.launchRecords()  // what is made once
    var random = SplitMix64(seed: 111)
    let trace = try device.forward(
      Tensor(shape: Shape([1] + network.inputShape.extents), scalars: random.units(network.inputShape.count)))
    _ = try propagator.propagate(trace, from: Target.start([[.logit(1)]], scores: try trace.scores()))
    let records = try engine.launchRecords()
    for layer in plan.layers {
      func launched(_ pass: String) -> [String] {
        records.filter { $0.label == "\(layer.name) \(pass)" && !$0.kernel.hasPrefix("pack_") }.map(\.kernel)
      }
      func found(_ kernels: [String]) -> Set<String> { Set(kernels.compactMap(Self.algorithm)) }
      func words(_ names: String?) -> Set<String> { Set(names?.components(separatedBy: ", ") ?? []) }
      let (forward, backward) = (launched("forward"), launched("backward"))
      let of = "\(layer.name), \(kernels), \(preset): \(forward), \(backward)"
      if layer.forwardAlgorithm?.hasPrefix("with ") == true {
        #expect(forward.isEmpty, "\(of)")
      } else {
        #expect(found(forward).isSuperset(of: words(layer.forwardAlgorithm)), "\(of)")
        #expect(
          found(forward + backward)
            == words(layer.forwardAlgorithm).union(words(layer.denominatorAlgorithm)).union(
              words(layer.backwardAlgorithm)), "\(of)")
      }
      if layer.backwardAlgorithm?.hasPrefix("with ") == true { #expect(backward.isEmpty, "\(of)") }
      // Activations and z of one transformed input are one launch where it is fused, two where it is split.
      if layer.shortcuts.contains("z a second sum of the same transformed input") {
        #expect([1, 2].contains(forward.count), "\(of)")
      }
    }
  }

  @Test("what is spared is said")
  func spared() throws {
    func shortcuts(_ preset: String, targets: Int = 1, _ choice: KernelChoice = .init()) throws -> [String: [String]] {
      let plan = PropagationPlan(Self.network, rules: try Self.table(preset), targets: targets, kernels: choice)
      return Dictionary(uniqueKeysWithValues: plan.layers.map { ($0.name, $0.shortcuts) })
    }
    let second = "z a second sum of the same transformed input"
    let (one, three) = (try shortcuts("epsilon_gamma_box"), try shortcuts("epsilon_gamma_box", targets: 3))
    #expect(one["conv2"] == ["a / z made with a", second])
    #expect(three["conv2"] == ["a / z made with a", second, "one z for all targets"])
    #expect(one["conv0"]!.contains("z is the stored output and a constant"))
    #expect(one["conv1"]!.contains("below: z is the stored output and a constant"))
    #expect(three.values.allSatisfy { !$0.contains("s with z") }, "one entry a target cannot leave with one an image")
    // Forward F(2x2), denominators F(4x4): two transforms.
    let conv1 = PropagationPlan(Self.network, rules: try Self.table("epsilon_gamma_box")).layers.first {
      $0.name == "conv1"
    }!
    #expect(conv1.forwardAlgorithm == "F(2x2)" && conv1.denominatorAlgorithm == "F(4x4)")
    #expect(one["conv1"]!.first == "a / z made with a" && !one["conv1"]!.contains(second))
    #expect(try shortcuts("epsilon_gamma_box", .init(precision: .fast))["conv1"]!.contains(second))
    #expect(try shortcuts("epsilon_gamma_box", .init(family: .gpu)).values.allSatisfy { !$0.contains(second) })
  }

  @Test("where memory does not hold factors beside one image the plan has none, as the run")
  func memory() throws {
    let (network, table) = (Self.network, try Self.table("epsilon_gamma_box"))
    let engine = TestDevice.cpu
    let options = PropagationOptions(ledger: false)
    let whole = FusedPlan.fitting(network, rules: table, options: options, on: engine, memory: 0)
    let needed = DeviceNetwork.bytes(of: network, batch: 1, on: engine) + whole.bytes(images: 1, targets: 1)
    #expect(!whole.factors.isEmpty && !whole.dropsFactors)
    for (memory, drops) in [(needed, false), (needed - 1, true)] {
      let run = FusedPlan.fitting(network, rules: table, options: options, on: engine, memory: memory)
      let plan = PropagationPlan(network, rules: table, on: engine, memory: memory)
      #expect(run.dropsFactors == drops && plan.dropsFactors == drops && run.factors.isEmpty == drops)
      #expect(plan.backwardBytes + plan.modifiedWeightBytes == run.bytes(images: 1, targets: 1))
      #expect(plan.layers.contains { $0.shortcuts.contains("a / z made with a") } == !drops)
    }
  }
}
