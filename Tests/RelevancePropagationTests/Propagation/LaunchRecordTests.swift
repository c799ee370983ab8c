import TestDevices
import Testing

@testable import RelevancePropagation

/// A profiling engine says which layer and pass every launch belongs to.
@Suite struct LaunchRecordTests {
  @Test("every launch of an explanation has the label of a node and pass; all layers with weights have both")
  func labels() throws {
    let network = try SmallNetwork.vggLike(biased: true, seed: 3).canonized()
    let engine = try Engine(device: TestDevice.engine.device, profiling: true)
    let device = try DeviceNetwork(network, on: engine)
    let epsilon = EpsilonRule(Stabilizer(0, relative: 0.25))
    let rules = try RuleTable(RuleSet(rule: epsilon).rules(for: network), for: network)
    let propagator = try Propagator(device, rules: rules, options: .init(ledger: true))
    _ = try engine.launchRecords()  // modified weights

    let trace = try device.forward(SmallNetwork.images(1, seed: 4))
    let scores = try trace.scores()
    let forward = try engine.launchRecords()
    _ = try propagator.propagate(trace, from: Target.start([[.logit(1)]], scores: scores))
    let backward = try engine.launchRecords()

    let names = network.nodes.map(\.name)
    #expect(Set(forward.map(\.label)).isSubset(of: names.map { "\($0) forward" }))
    #expect(Set(backward.map(\.label)).isSubset(of: names.map { "\($0) backward" } + ["ledger backward"]))
    for node in network.nodes where node.layer is Convolution || node.layer is Dense {
      #expect(forward.contains { $0.label == "\(node.name) forward" })
      #expect(backward.contains { $0.label == "\(node.name) backward" })
    }
    #expect(backward.contains { $0.label == "ledger backward" && $0.kernel.hasPrefix("ledger_sums") })
    #expect(try TestDevice.engine.launchRecords().isEmpty)
  }
}
