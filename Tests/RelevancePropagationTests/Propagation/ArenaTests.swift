import Testing

@testable import RelevancePropagation

/// Memory of the backward pass: shared where lives do not overlap, never where they do.
@Suite struct ArenaTests {
  @Test("tensors that live at the same time never share a slot", arguments: 1...40 as ClosedRange<UInt64>)
  func disjoint(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let plans = (0..<Int.random(in: 1...60, using: &random)).map { _ in
      let first = Int.random(in: -1...50, using: &random)
      return TensorPlan(
        count: Int.random(in: 1...1000, using: &random), perTarget: Bool.random(using: &random), firstStep: first,
        lastStep: first + Int.random(in: 0...20, using: &random))
    }
    let (images, targets) = (Int.random(in: 1...4, using: &random), Int.random(in: 1...3, using: &random))
    let arena = Arena(plans, images: images, targets: targets)
    for a in plans.indices {
      let size = plans[a].count * images * (plans[a].perTarget ? targets : 1)
      #expect(arena.sizes[arena.slot[a]] >= size, "seed \(seed), tensor \(a)")
      for b in plans.indices where b > a && arena.slot[a] == arena.slot[b] {
        #expect(
          plans[a].lastStep < plans[b].firstStep || plans[b].lastStep < plans[a].firstStep,
          "seed \(seed): \(a) lives \(plans[a].firstStep)…\(plans[a].lastStep), \(b) \(plans[b].firstStep)…")
      }
    }
    #expect(arena.bytes <= 4 * plans.reduce(0) { $0 + $1.count * images * ($1.perTarget ? targets : 1) })
  }

  @Test("a chain needs far less memory than all its tensors")
  func chain() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 1)
    let table = try RuleTable(RuleSet(rule: AlphaBetaRule(alpha: 2)).rules(for: network), for: network)
    var builder = PlanBuilder(network: network, rules: table, options: .init(ledger: false))
    builder.build()
    let all = 4 * builder.tensors.reduce(0) { $0 + $1.count }
    let arena = Arena(builder.tensors, images: 1, targets: 1)
    #expect(arena.bytes * 2 < all, "\(arena.bytes) bytes of \(all)")
    // Six slots: R, R', z, s, c of the widest layer, and the input's R, which stays.
    #expect(arena.sizes.count <= 6, "\(arena.sizes)")
  }

  @Test(
    "every step of every plan reads tensors that live", arguments: SmallNetwork.all(biased: true, seed: 2), RuleSet.all)
  func lives(_ small: SmallNetwork, _ set: RuleSet) throws {
    let table = try RuleTable(set.rules(for: small.network), for: small.network)
    var builder = PlanBuilder(network: small.network, rules: table, options: .init())
    builder.build()
    for (index, step) in builder.steps.enumerated() {
      for id in step.tensors {
        let plan = builder.tensors[id]
        #expect(plan.firstStep <= index && index <= plan.lastStep, "step \(index) reads tensor \(id) outside its life")
      }
    }
  }
}
