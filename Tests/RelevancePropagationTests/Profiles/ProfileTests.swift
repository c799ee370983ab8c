import Testing

@testable import RelevancePropagation

/// A profile gives its package's numbers.
@Suite struct ProfileTests {
  struct Peer: Sendable, CustomStringConvertible {
    let profile: String
    let model: String
    let name: String
    let composite: String
    var description: String { "\(profile): \(composite) is \(model)/\(name)" }
    init(_ profile: String, _ model: String, _ name: String, _ composite: String) {
      (self.profile, self.model, self.name, self.composite) = (profile, model, name, composite)
    }
  }

  static let peers: [Peer] = [
    Peer("seed", "vggmicro_a", "composite_seed_avgpool", "seed"),
    Peer("seed", "vggmicro_48x80", "composite_seed_avgpool", "seed"),
    Peer("seed", "vggmicro_avgpool", "composite_seed_avgpool", "seed"),
    Peer("seed", "mnist_cnn", "composite_seed_avgpool", "seed"),
    Peer("seed", "vggmicro_a", "lrp0_avgpool", "zero"),
    Peer("seed", "vggmicro_nobias", "lrp0_avgpool", "zero"),
    Peer("seed", "vggmicro_a", "gamma_0.25_seed_avgpool", "gamma"),
    Peer("seed", "vggmicro_a", "gamma_1_seed_avgpool", "gamma:gamma=1"),
    Peer("zennit", "vggmicro_a", "composite_seed_wta", "seed:stabilizer=1e-9"),
    Peer("zennit", "vggmicro_a", "zennit_EpsilonGammaBox", "epsilon_gamma_box"),
    Peer("zennit", "vggmicro_a", "zennit_EpsilonGammaBox_eps0.1_gamma0.5", "epsilon_gamma_box:gamma=0.5,epsilon=0.1"),
    Peer("zennit", "vggmicro_a", "zennit_EpsilonPlus", "epsilon_plus"),
    Peer("zennit", "vggmicro_a", "zennit_EpsilonPlusFlat", "epsilon_plus_flat"),
    Peer("zennit", "vggmicro_a", "zennit_EpsilonAlpha2Beta1", "epsilon_alpha2_beta1"),
    Peer("zennit", "vggmicro_a", "zennit_EpsilonAlpha2Beta1Flat", "epsilon_alpha2_beta1_flat"),
    Peer("zennit", "vggmicro_a", "zennit_ExcitationBackprop", "excitation_backprop"),
    Peer("zennit", "vggmicro_a", "zennit_GuidedBackprop", "guided_backprop"),
    Peer("zennit", "vggmicro_a", "zennit_DeconvNet", "deconvnet"),
    Peer("zennit", "vggmicro_a", "zennit_BetaSmooth", "beta_smooth"),
    Peer("zennit", "vggmicro_a", "gradient", "gradient"),
    Peer("zennit", "vggmicro_a", "w2_biassquare", "w-squared"),
    Peer("zennit", "resmicro1", "zennit_EpsilonGammaBox", "epsilon_gamma_box"),
    Peer("zennit", "resmicro1", "zennit_EpsilonPlusFlat", "epsilon_plus_flat"),
    Peer("zennit", "vggmicro_avgpool", "zennit_EpsilonAlpha2Beta1Flat", "epsilon_alpha2_beta1_flat"),
    Peer("captum", "vggmicro_a", "gamma_0.25_plainbias", "gamma"),
    Peer("captum", "vggmicro_a", "wplus_plainbias", "z-plus"),
    Peer("captum", "vggmicro_a", "lrp0", "zero"),
    Peer("captum", "vggmicro_a", "epsilon_0.1", "epsilon:epsilon=0.1"),
    Peer("innvestigate", "vggmicro_a", "lrp0", "zero"),
    Peer("innvestigate", "vggmicro_a", "epsilon_1", "epsilon:epsilon=1"),
    Peer("innvestigate", "vggmicro_a", "zplus_nobias", "z-plus"),
    Peer("innvestigate", "vggmicro_a", "w2", "w-squared"),
    Peer("innvestigate", "vggmicro_a", "flat", "flat"),
    Peer("innvestigate", "vggmicro_a", "deeptaylor_bounded", "deep_taylor_bounded"),
    Peer("toolbox", "lenet5", "lrp0", "zero"),
    Peer("toolbox", "lenet5", "toolbox_epsilon_1", "epsilon:epsilon=1"),
    Peer("toolbox", "lenet5", "toolbox_ww", "w-squared"),
    Peer("toolbox", "lenet5", "toolbox_flat", "flat"),
    Peer("toolbox", "lenet5", "toolbox_alphabeta_2", "alpha-beta:alpha=2"),
    Peer("toolbox", "mnist_mlp", "alphabeta_3_2", "alpha-beta:alpha=3"),
  ]

  @Test(
    "a profile's numbers are its package's", .enabled(if: ReferenceSet.isThere, "needs the stored peer results"),
    arguments: peers)
  func peer(_ peer: Peer) throws {
    let entry = try PeerCases.entry(peer.model, peer.name)
    let preset = try Preset.named(peer.composite, profile: .named(peer.profile))
    let found = try PeerCases.found(peer.model, preset, classes: entry.targets)
    let stored = try PeerCases.stored(peer.model, peer.name)
    for n in 0..<stored.shape[0] {
      expectClose(
        found[n].scalars, stored[n].scalars.map(Double.init), tolerance: entry.tolerance.largest,
        Origin(what: "\(peer), image \(n)", shape: stored[n].shape, seed: 0, filter: "ProfileTests"))
    }
  }

  /// What a convention other than the stored case's changes, as the documentation states it.
  struct Difference: Sendable, CustomStringConvertible {
    let name: String
    let composite: String
    let profile: String
    let what: String
    var description: String { "\(composite) of \(profile) beside \(name): \(what)" }
    init(_ name: String, _ composite: String, _ profile: String, _ what: String) {
      (self.name, self.composite, self.profile, self.what) = (name, composite, profile, what)
    }
  }

  @Test(
    "conventions differ by the sizes the peers' own programs show",
    .enabled(if: ReferenceSet.isThere, "needs the stored peer results"),
    arguments: [
      Difference("alphabeta_2_1", "alpha-beta:alpha=2", "innvestigate", "innvestigate 2.1.2 as shipped"),
      Difference("alphabeta_3_2", "alpha-beta:alpha=3", "innvestigate", "innvestigate 2.1.2 as shipped"),
      Difference("alpha1beta0", "alpha-beta:alpha=1", "innvestigate", "innvestigate 2.1.2 as shipped"),
      Difference("alphabeta_2_1", "alpha-beta:alpha=2,bias=none", "zennit", "bias ignored"),
      Difference("w2_biassquare", "w-squared:bias=none", "zennit", "without bias"),
      Difference("epsilon_0.1", "epsilon:epsilon=+0.1", "zennit", "seed-literal unsigned +eps"),
      Difference("gamma_0.25_generalized", "gamma:gamma=0.25", "zennit", "seed-literal gamma, same pooling"),
      Difference("wplus_plainbias", "alpha-beta:alpha=1", "zennit", "seed alpha1beta0"),
      Difference("zennit_GuidedBackprop", "guided_backprop", "innvestigate", "innvestigate 2.1.2 as shipped"),
      Difference("gamma_0.25_plainbias", "gamma:bias=favoured", "captum", "seed bias rho(b)"),
      Difference("composite_seed_avgpool", "seed:stabilizer=1e-9", "zennit", "same rules, winner-take-all pooling"),
      Difference("composite_seed_avgpool", "seed:epsilon=+1e-9+0.25std", "seed", "centred std instead of rms"),
    ])
  func difference(_ difference: Difference) throws {
    let entry = try PeerCases.entry("vggmicro_a", difference.name)
    let stated = try #require(entry.disagreements[difference.what]?.atInput)
    let preset = try Preset.named(difference.composite, profile: .named(difference.profile))
    let found = try PeerCases.found("vggmicro_a", preset, classes: entry.targets).scalars
    let stored = try PeerCases.stored("vggmicro_a", difference.name).scalars
    let deviation = Deviation(found, stored.map(Double.init)).relative
    #expect(abs(deviation / stated - 1) < 2e-3, "\(difference): \(deviation), stated \(stated)")
  }

  /// The layers of a small VGG, as rules with all their numbers.
  private func labels(_ composite: String, _ profile: Profile?) throws -> [String: String] {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    let table = try Preset.named(composite, profile: profile).composite(
      for: network, low: [-1, -1, -1], high: [1, 1, 1]
    ).resolve(for: network)
    return table.rules.mapValues(\.label)
  }

  @Test("every profile, written out: stabilizer and sign, bias, pooling")
  func tables() throws {
    var found = try labels("gamma", .seed)
    #expect(found["conv1_2"] == "gamma(gamma 0.25, bias favoured, stabilizer +1e-09)")
    #expect(found["pool1"] == "epsilon(epsilon +1e-09)")
    found = try labels("epsilon", .seed)
    #expect(found["fc6"] == "epsilon(epsilon +1e-09)")
    found = try labels("epsilon_gamma_box", .zennit)
    #expect(found["conv1_2"] == "gamma-generalized(gamma 0.25, stabilizer ±1e-06)")
    #expect(found["pool1"] == "winner-takes-all(ties first)")
    found = try labels("gamma", .captum)
    #expect(found["conv1_2"] == "gamma(gamma 0.25, bias plain, stabilizer ±1e-09)")
    found = try labels("z-plus", .captum)
    #expect(found["conv1_2"] == "z-plus(bias full, inputs whole, stabilizer ±1e-09)")
    found = try labels("epsilon_alpha2_beta1", .innvestigate)
    #expect(found["conv1_2"] == "alpha-beta(alpha 2.0, beta 1.0, bias full, stabilizer 0:1e-07)")
    #expect(found["fc6"] == "epsilon(epsilon ±1e-07)")
    found = try labels("innvestigate_preset_a_flat", nil)
    #expect(found["conv1_1"] == "flat(stabilizer 0:1e-07)")
    #expect(found["conv1_2"] == "alpha-beta(alpha 1.0, beta 0.0, bias full, stabilizer 0:1e-07)")
    #expect(found["fc7"] == "epsilon(epsilon ±0.1)")
    found = try labels("alpha-beta", .toolbox)
    #expect(found["conv1_2"] == "alpha-beta(alpha 2.0, beta 1.0, bias split, stabilizer +1e-16)")
    #expect(found["pool1"] == "winner-takes-all(ties shared)")
  }

  @Test("a rule a package does not have is refused, not replaced")
  func missing() throws {
    for (composite, profile, rule) in [
      ("seed", Profile.captum, "box"), ("epsilon_gamma_box", .innvestigate, "gamma-generalized"),
      ("z-plus", .toolbox, "z-plus"),
    ] {
      let error = #expect(throws: RuleArgumentError.self) { try labels(composite, profile) }
      #expect(
        error?.description
          == "profile \(profile.name): that package has no rule \(rule); use another profile or rule")
    }
  }

  @Test("relevance starts from the logit, gradients from 1, iNNvestigate's from the logit")
  func starts() throws {
    #expect(try Preset.named("epsilon_plus").start == .logit)
    #expect(try Preset.named("guided_backprop").start == .one)
    #expect(try Preset.named("guided_backprop", profile: .innvestigate).start == .logit)
    #expect(try Preset.named("gradient").start == .one)
  }

  @Test("an unknown profile lists all names")
  func unknown() {
    let error = #expect(throws: UnknownProfile.self) { try Profile.named("torch") }
    #expect(error?.description == "no profile \"torch\"; there are seed, zennit, captum, innvestigate, toolbox")
    #expect(Set(Profile.all.map(\.name)).count == Profile.all.count)
  }
}
