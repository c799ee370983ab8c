import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// The ledger counts what is there and changes nothing: relevance is the same bits with it and without, and its sums are those
/// of the four steps one by one.
@Suite struct CountTests {
  private static let seed: UInt64 = 91

  /// One run of two images and two targets each; of `keeping` all, nothing is joined and R of every layer is stored.
  private static func run(
    _ device: DeviceNetwork, _ rules: RuleTable, keeping: PropagationOptions.Keeping = .inputOnly, ledger: Bool,
    filters: [LayerFilter] = []
  ) throws -> (relevance: Relevance, plan: [CountStep]) {
    let options = PropagationOptions(targets: 2, keeping: keeping, ledger: ledger, filters: filters)
    let propagator = try Propagator(device, rules: rules, options: options)
    let trace = try device.forward(SmallNetwork.images(2, seed: seed))
    let start = Target.start([[.logit(1), .logit(3)], [.logit(0), .logit(4)]], scores: try trace.scores())
    let plan = FusedPlan(
      device.network, rules: rules, options: options, choice: device.engine.choice, makes: device.makes)
    return (try propagator.propagate(trace, from: start), plan.steps.counts)
  }

  private static func expectSame(
    _ network: Network, _ table: RuleTable, _ engine: Engine, filters: [LayerFilter] = [], _ what: String
  ) throws {
    let device = try DeviceNetwork(network, on: engine, batch: 2)
    let apart = try run(device, table, keeping: .all, ledger: true, filters: filters).relevance
    let without = try run(device, table, ledger: false, filters: filters).relevance
    let with = try run(device, table, ledger: true, filters: filters).relevance
    expectIdentical(with.input, without.input, what)
    expectClose(try #require(with.ledger), try #require(apart.ledger), tolerance: 2e-5, what)
  }

  @Test(
    "under every rule: relevance to the bit, the ledger to rounding",
    arguments: SmallNetwork.all(biased: true, seed: seed), KernelFamily.allCases)
  func everyRule(_ small: SmallNetwork, _ family: KernelFamily) throws {
    for set in RuleSet.all {
      let table = try RuleTable(set.rules(for: small.network), for: small.network)
      try Self.expectSame(small.network, table, TestDevice.engine(of: family), "\(set) in \(small), \(family)")
    }
  }

  @Test(
    "the box rule below every stabilizer, poolings as averages, filters, folded batch norm",
    arguments: RuleSamples.stabilizers + [Stabilizer(0), Stabilizer(0, relative: 0.5)], [KernelFamily.cpu, .gpu])
  func bottom(_ stabilizer: Stabilizer, _ family: KernelFamily) throws {
    let network = SmallNetwork.vggLike(biased: true, seed: Self.seed)
    let filter = try LayerFilter(layer: "relu1_2", channels: [0, 2, 3], of: network)
    for rule in [EpsilonRule(stabilizer), GammaRule(stabilizer: stabilizer)] as [any Rule] {
      var rules = RuleSet(rule: rule).rules(for: network)
      rules["conv1_1"] = BoxRule(low: [-1, -2, -1], high: [1, 1, 2], stabilizer: stabilizer)
      rules["pool1"] = EpsilonRule(stabilizer)
      rules["pool2"] = EpsilonRule(stabilizer)
      let table = try RuleTable(rules, for: network)
      for filters in [[], [filter]] {
        try Self.expectSame(
          network, table, TestDevice.engine(of: family), filters: filters, "\(rule.label), \(family), \(filters)")
      }
    }
  }

  @Test("where s and its divisor tell R, R is not formed for the ledger")
  func sources() throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: Self.seed).canonized()
    let device = try DeviceNetwork(network, on: TestDevice.cpu, batch: 2)
    func sources(_ rule: any Rule) throws -> [String: String] {
      let table = try RuleTable(RuleSet(rule: rule).rules(for: network), for: network)
      let counts = try Self.run(device, table, ledger: true).plan
      // Every vector is read once.
      #expect(Set(counts.map(\.relevance)).count == counts.count, "\(rule.label)")
      return Dictionary(
        uniqueKeysWithValues: counts.filter { $0.quotient != nil }.map {
          (network.nodes[$0.node].name, "\($0.source)")
        })
    }
    let epsilon = try sources(EpsilonRule(Stabilizer(0.25)))
    #expect(epsilon["conv1_1"] == "quotient" && epsilon["fc6"] == "quotient")
    #expect(epsilon["conv1_2"] == "quotient", "behind a pooling that sends c to its winners")
    #expect(epsilon["conv2_1"] == "stored", "behind a pooling that routes what a flattening has moved")
    #expect(epsilon["fc7"] == "stored", "the start")
    // A divisor that may be 0 does not tell R.
    #expect(try sources(EpsilonRule(Stabilizer(0)))["fc6"] == "stored")
    #expect(try sources(GammaRule(stabilizer: Stabilizer(0.25)))["fc6"]?.hasPrefix("factor") == true)
  }

  @Test("relevance that overflows on its way is an error at the same layer, whether R is formed or not")
  func overflow() throws {
    let network = try SmallNetwork.vggLike(biased: false, seed: Self.seed).canonized()
    // Activations near 1e-3 and relevance near 1e36: c = R / z · w is beyond what a number holds where R is not.
    let images = Tensor(
      shape: Shape([1] + network.inputShape.extents),
      scalars: SmallNetwork.images(1, seed: Self.seed).scalars.map { $0 * 1e-3 })
    for (rule, source) in [
      (EpsilonRule(Stabilizer(1e-9)) as any Rule, "quotient"), (GammaRule(stabilizer: Stabilizer(1e-9)), "factor"),
    ] {
      let device = try DeviceNetwork(network, on: TestDevice.cpu)
      let table = try RuleTable(RuleSet(rule: rule).rules(for: network), for: network)
      func error(_ keeping: PropagationOptions.Keeping) throws -> RelevanceError? {
        let propagator = try Propagator(device, rules: table, options: .init(keeping: keeping, ledger: true))
        let trace = try device.forward(images)
        let start = Tensor(shape: [1, 5], scalars: [Float](repeating: 1e36, count: 5))
        return #expect(throws: RelevanceError.self) { try propagator.propagate(trace, from: start) }
      }
      let (apart, joined) = (try error(.all), try error(.inputOnly))
      #expect(joined?.node == apart?.node && joined?.count == apart?.count, "\(rule.label)")
      let plan = FusedPlan(network, rules: table, options: .init(), choice: TestDevice.cpu.choice)
      let counted = plan.steps.counts.first { count in
        count.entries.contains { network.nodes[$0.node].name == joined?.node && $0.kind == .after(input: 0) }
      }
      #expect("\(counted!.source)".hasPrefix(source), "\(rule.label): \(joined!)")
    }
  }
}
