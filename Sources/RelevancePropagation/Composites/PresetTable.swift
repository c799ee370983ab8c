extension Preset {
  static let seeds = [
    Preset(
      name: "seed",
      summary:
        "the VGG-16 composite of Montavon et al. 2019: zᴮ; γ 0.25 through pool 3; ε 0.25 rms; 0 for dense layers; "
        + "max pooling backward as average pooling", profile: .seed
    ) { context in
      // VGG's third pooling ends the γ band; a network with fewer than five has it end at its first.
      let band = Selector.throughPooling(context.network.poolingIndices.count >= 5 ? 3 : 1)
      let profile = context.profile
      let share = try context.arguments.stabilizer(
        "epsilon", default: Stabilizer(profile.epsilonFloor, relative: 0.25, sign: profile.epsilonSign))
      let zero = ZeroRule(stabilizer: try context.stabilizer())
      var assignments: [Composite.Assignment] = [
        .init(.first(weighted), try context.box()), .init(.both(band, .types(convolutions)), try context.gamma()),
        .init(.types(convolutions), EpsilonRule(share)), .init(.types(denses), zero),
        .init(.types([AdaptiveAveragePooling.typeName]), zero),
      ]
      if profile.maxPooling == .average {
        assignments += [
          .init(.both(band, .types(poolings)), EpsilonRule(profile.averaging)),
          .init(.types(poolings), EpsilonRule(share)),
        ]
      }
      return assignments
    }
  ]

  static let zennitPresets = [
    Preset(name: "epsilon_gamma_box", summary: "zᴮ first; γ 0.25 by sign for convolutions; ε 1e-6 for dense (zennit)") {
      [
        .init(.first(convolutions), try $0.box()), .init(.types(convolutions), try $0.gamma()),
        .init(.types(denses), try $0.epsilon()),
      ]
    },
    Preset(name: "epsilon_plus", summary: "z⁺ for convolutions; ε 1e-6 for dense (zennit)") {
      [.init(.types(convolutions), try $0.zPlus()), .init(.types(denses), try $0.epsilon())]
    },
    Preset(name: "epsilon_plus_flat", summary: "epsilon_plus with flat in the first layer (zennit)") {
      [
        .init(.first(weighted), try $0.flat()), .init(.types(convolutions), try $0.zPlus()),
        .init(.types(denses), try $0.epsilon()),
      ]
    },
    Preset(name: "epsilon_alpha2_beta1", summary: "αβ 2, 1 for convolutions; ε 1e-6 for dense (zennit)") {
      [.init(.types(convolutions), try $0.alphaBeta(2)), .init(.types(denses), try $0.epsilon())]
    },
    Preset(
      name: "epsilon_alpha2_beta1_flat", summary: "epsilon_alpha2_beta1 with flat in the first layer (zennit)"
    ) {
      [
        .init(.first(weighted), try $0.flat()), .init(.types(convolutions), try $0.alphaBeta(2)),
        .init(.types(denses), try $0.epsilon()),
      ]
    },
    Preset(
      name: "excitation_backprop", summary: "z⁺ everywhere, the gradient at rectifiers (zennit; Zhang et al. 2016)"
    ) {
      [.init(.types(weighted), try $0.zPlus()), .init(.types([ReLU.typeName]), GradientRule())]
    },
  ]

  static let deepTaylorPresets = [
    Preset(name: "deep_taylor", summary: "z⁺ without bias everywhere (Montavon et al. 2017)") {
      [.init(.types(weighted), try $0.zPlus(["bias": "none", "inputs": "by-sign"]))]
    },
    Preset(name: "deep_taylor_bounded", summary: "deep_taylor with zᴮ in the first layer (Montavon et al. 2017)") {
      [
        .init(.first(weighted), try $0.box()),
        .init(.types(weighted), try $0.zPlus(["bias": "none", "inputs": "by-sign"])),
      ]
    },
  ]

  static let innvestigatePresets = [("a", 1.0), ("b", 2.0)].flatMap { letter, alpha in
    [false, true].map { flat in
      Preset(
        name: "innvestigate_preset_\(letter)\(flat ? "_flat" : "")",
        summary: "αβ \(Int(alpha)), \(Int(alpha) - 1) for convolutions; ε 0.1 for dense"
          + (flat ? "; flat first" : "") + " (iNNvestigate's LRPSequentialPreset)", profile: .innvestigate
      ) { context in
        (flat ? [.init(.first(weighted), try context.flat())] : [])
          + [
            .init(.types(convolutions), try context.alphaBeta(alpha)),
            .init(.types(denses), try context.epsilon(0.1)),
          ]
      }
    }
  }

  static let gradientPresets = [
    Preset(name: "gradient", summary: "the plain gradient, no LRP", isGradient: true) { _ in [] },
    Preset(
      name: "guided_backprop", summary: "guided backprop: only positive gradients pass (Springenberg et al. 2015)",
      isGradient: true
    ) { _ in [.init(.types([ReLU.typeName]), RectifierRule(.guided))] },
    Preset(
      name: "deconvnet", summary: "deconvnet: only positive gradients pass, on or off (Zeiler and Fergus 2014)",
      isGradient: true
    ) { _ in [.init(.types([ReLU.typeName]), RectifierRule(.deconvolution))] },
    Preset(
      name: "beta_smooth", summary: "the gradient of a smoothed rectifier, β 10 (Dombrowski et al. 2019)",
      isGradient: true
    ) {
      let beta = try $0.arguments.number("beta_smooth", default: 10)
      return [.init(.types([ReLU.typeName]), RectifierRule(.smooth(beta: beta)))]
    },
  ]

  /// All layers with weights get one rule; in the toolbox's profile its poolings get it too.
  static func uniform(_ type: any Rule.Type, _ parameters: [String: RuleValue]) -> Preset {
    let isGradient = type is GradientRule.Type
    return Preset(name: type.name, summary: "\(type.name) in all layers with weights", isGradient: isGradient) {
      context in
      let rule = try Rules.make(
        type.name, parameters, profile: context.profile, low: context.low, high: context.high)
      let own = Composite.Assignment(.types(weighted), rule)
      return [own] + (context.profile.poolingsCarryRules ? poolingAssignments(rule, in: context.network) : [])
    }
  }

  /// The toolbox: poolings carry the rule, w² as flat. Its ε stands beside the window's sum, so beside the mean it is ε/n.
  private static func poolingAssignments(_ rule: any Rule, in network: Network) -> [Composite.Assignment] {
    network.nodes.compactMap { node in
      guard let pooling = node.layer as? AveragePooling else { return nil }
      let pixels = Float(pooling.window.kernel.vertical * pooling.window.kernel.horizontal)
      let own: (any Rule)? =
        switch rule {
        case is SquaredWeightsRule, is FlatRule: FlatRule(stabilizer: Stabilizer(0))
        case let rule as EpsilonRule: EpsilonRule(Stabilizer(rule.epsilon.epsilon / pixels, sign: rule.epsilon.sign))
        case is AlphaBetaRule: rule
        default: nil
        }
      return own.map { .init(.name(node.name), $0) }
    }
      + (rule is SquaredWeightsRule || rule is FlatRule
        ? [.init(.types([MaxPooling.typeName]), FlatRule(stabilizer: Stabilizer(0)))] : [])
  }
}
