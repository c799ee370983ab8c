import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Launches are counted, not timed: a change here is a change of cost and wants its reason.
@Suite struct LaunchCountTests {
  /// Plain kernels: a launch a step.
  private static let plain = {
    do { return try Engine(device: TestDevice.engine.device, family: .plain) } catch { fatalError("\(error)") }
  }()

  /// The number of launches of `rule` in the VGG-like network, without the ledger.
  private func count(
    _ network: Network, _ rule: any Rule, ledger: Bool = false, on engine: Engine = Self.plain
  ) throws -> Int {
    let device = try DeviceNetwork(network, on: engine)
    let table = try RuleTable(RuleSet(rule: rule).rules(for: network), for: network)
    return try Propagator(device, rules: table, options: .init(ledger: ledger)).launchCount
  }

  @Test("launches of the VGG-like network: 5 weighted layers, 2 poolings, 1 flattening, everything else free")
  func vggLike() throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    // A layer: quotient, transpose, product. A pooling or a flattening: one. The denominator is the stored output.
    #expect(try count(network, EpsilonRule()) == 5 * 3 + 3)
    // With a relative ε two more: partial sums, root.
    #expect(try count(network, EpsilonRule(Stabilizer(0, relative: 1))) == 5 * 5 + 3)
    // γ computes its own denominator.
    #expect(try count(network, GammaRule()) == 5 * 4 + 3)
    // z⁺: one term behind a rectifier (4 layers), two at the input: 2 denominators, quotient, 2 · (transpose, product).
    #expect(try count(network, ZPlusRule()) == 4 * 4 + 7 + 3)
    #expect(try count(network, AlphaBetaRule(alpha: 2)) == 4 * 8 + 14 + 3)
    #expect(try count(network, GradientRule()) == 5 + 4 + 3)
  }

  @Test("joined steps: where c leaves the matrix product R and the next s are made too")
  func joined() throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    let engine = try Engine(device: TestDevice.engine.device, family: .cpu)
    // The first quotient; 5 transposes; a pooling that makes the next s too; one behind the flattening, which does not, with
    // the quotient behind it; the flattening.
    #expect(try count(network, EpsilonRule(), on: engine) == 1 + 5 + 1 + 2 + 1)
    // γ: a denominator for each of 5 layers; the first's and the one behind the flattening make s at once, those of fc6 and
    // conv1_2 are in the factors that the forward pass makes.
    #expect(try count(network, GammaRule(), on: engine) == 5 + 5 + 2 + 1 - 2)
    // Statistics in two goes.
    #expect(try count(network, EpsilonRule(Stabilizer(0, relative: 1)), on: engine) == 1 + 5 + 1 + 2 + 1 + 2 * 5)
  }

  @Test(
    "the ledger costs one launch for each relevance vector, and no memory of theirs", arguments: KernelFamily.allCases)
  func ledger(_ family: KernelFamily) throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    for rule in [EpsilonRule(), GammaRule(stabilizer: .zennit), EpsilonRule(Stabilizer(1e-6, relative: 1))]
      as [any Rule]
    {
      let table = try RuleTable(RuleSet(rule: rule).rules(for: network), for: network)
      let device = try DeviceNetwork(network, on: TestDevice.engine(of: family))
      let propagators = try [false, true].map { try Propagator(device, rules: table, options: .init(ledger: $0)) }
      // At the input and behind 5 weighted layers, 2 poolings and the flattening; rectifiers share their layer's.
      #expect(propagators[1].launchCount == propagators[0].launchCount + 1 + 5 + 2 + 1, "\(rule.label)")
      #expect(propagators[1].bytes == propagators[0].bytes, "\(rule.label)")
    }
  }

  @Test("the box rule at the input: z is read as output and constant where s is made, R leaves one launch")
  func box() throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    let first = network.nodes[0].name
    let box = BoxRule(low: [-3, -2, -1], high: [2, 3, 4])
    let rules = try RuleTable(
      RuleSet(rule: EpsilonRule(Stabilizer(1))).rules(for: network).merging([first: box]) { $1 }, for: network)
    var random = SplitMix64(seed: 7)
    func numbers(_ entries: Int, _ shape: Shape) -> Tensor {
      let all = Shape([entries] + shape.extents)
      return Tensor(shape: all, scalars: (0..<all.count).map { _ in Float.random(in: -1...1, using: &random) })
    }
    let (images, start) = (numbers(2, network.inputShape), numbers(6, network.outputShape))
    func run(_ family: KernelFamily, ledger: Bool) throws -> (launches: Int, relevance: [Float]) {
      let device = try DeviceNetwork(network, on: TestDevice.engine(of: family), batch: 2)
      let propagator = try Propagator(device, rules: rules, options: .init(targets: 3, ledger: ledger))
      return (
        propagator.launchCount, try propagator.propagate(device.forward(images), from: start).input.scalars
      )
    }
    let plain = try run(.plain, ledger: false)
    // As with ε alone.
    let joined = try run(.cpu, ledger: false)
    #expect(joined.launches == 1 + 5 + 1 + 2 + 1)
    let largest = plain.relevance.map(abs).max()!
    for other in [joined, try run(.cpu, ledger: true), try run(.gpu, ledger: false)] {
      #expect(zip(other.relevance, plain.relevance).allSatisfy { abs($0 - $1) <= 2e-5 * largest })
    }
  }

  @Test(
    "an addition of two inputs costs its quotient, and a copy and a product for each; where it finishes, a launch for each"
  )
  func addition() throws {
    let network = try Network(
      name: "sum", inputShape: [3],
      nodes: [
        .init(name: "relu", layer: ReLU(), inputs: ["input"]),
        .init(name: "sum", layer: Addition(), inputs: ["relu", "input"]),
      ], outputName: "sum")
    let (epsilon, flat) = (
      try RuleTable(["relu": PassRule(), "sum": EpsilonRule()], for: network),
      try RuleTable(["relu": PassRule(), "sum": FlatRule()], for: network)
    )
    func launches(_ rules: RuleTable, _ engine: Engine) throws -> Int {
      try Propagator(DeviceNetwork(network, on: engine), rules: rules, options: .init(ledger: false)).launchCount
    }
    // + the copy of R through the rectifier onto what the input has already.
    #expect(try launches(epsilon, TestDevice.plain) == 1 + 2 * 2 + 1)
    // Flat fills its own denominator, an addition one input at a time.
    #expect(try launches(flat, TestDevice.plain) == 2 + 1 + 2 * 2 + 1)
    for engine in [TestDevice.cpu, TestDevice.gpu] {
      #expect(try launches(epsilon, engine) == 1 + 2 + 1)
      #expect(try launches(flat, engine) == 2 + 2 + 1)
    }
  }
}
