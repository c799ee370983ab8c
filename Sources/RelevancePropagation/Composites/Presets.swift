/// Composites by name, as the literature and the peers define them.
///
/// zennit's keep zennit's names and defaults. Every preset ends with the same base: rearranging layers pass relevance on,
/// sums and averages share in proportion, a maximum's relevance goes to the winner.
public struct Preset: Sendable {
  public let name: String
  public let summary: String
  private let make: @Sendable (Network, _ low: [Float], _ high: [Float]) -> [Composite.Assignment]

  /// The composite for one network; `low` and `high` are the bounds of its input, per channel, for the box rule.
  public func composite(for network: Network, low: [Float], high: [Float]) -> Composite {
    Composite(name: name, assignments: make(network, low, high) + Self.base)
  }

  /// - Throws: `UnknownPreset` listing all names.
  public static func named(_ name: String) throws -> Preset {
    guard let preset = all.first(where: { $0.name == name }) else { throw UnknownPreset(name: name) }
    return preset
  }

  public static let all: [Preset] = [
    Preset(
      name: "seed",
      summary:
        "the VGG-16 composite of Montavon et al. 2019: zᴮ; γ 0.25 through pool 3; ε 0.25 rms; 0 for dense layers; "
        + "max pooling backward as average pooling"
    ) { network, low, high in
      // VGG's third pooling ends the γ band; a network with fewer than five has it end at its first.
      let band = Selector.throughPooling(network.poolingIndices.count >= 5 ? 3 : 1)
      let middle = EpsilonRule(Stabilizer(1e-9, relative: 0.25, sign: .positive))
      return [
        .init(.first([Convolution.typeName, Dense.typeName]), BoxRule(low: low, high: high, stabilizer: .tutorial)),
        .init(.both(band, .types(convolutions)), GammaRule(gamma: 0.25, stabilizer: .tutorial)),
        .init(.both(band, .types(poolings)), EpsilonRule(.tutorial)),
        .init(.types(convolutions + poolings), middle),
        .init(.types(denses), ZeroRule(stabilizer: .tutorial)),
        .init(.types([AdaptiveAveragePooling.typeName]), ZeroRule(stabilizer: .tutorial)),
      ]
    },
    Preset(name: "epsilon_gamma_box", summary: "zᴮ first; γ 0.25 by sign for convolutions; ε 1e-6 for dense (zennit)") {
      _, low, high in
      [
        .init(.first(convolutions), BoxRule(low: low, high: high)),
        .init(.types(convolutions), GeneralizedGammaRule(gamma: 0.25)),
        .init(.types(denses), EpsilonRule()),
      ]
    },
    Preset(name: "epsilon_plus", summary: "z⁺ for convolutions; ε 1e-6 for dense (zennit)") { _, _, _ in
      [.init(.types(convolutions), ZPlusRule()), .init(.types(denses), EpsilonRule())]
    },
    Preset(name: "epsilon_plus_flat", summary: "epsilon_plus with flat in the first layer (zennit)") { _, _, _ in
      [
        .init(.first(convolutions + denses), FlatRule()), .init(.types(convolutions), ZPlusRule()),
        .init(.types(denses), EpsilonRule()),
      ]
    },
    Preset(name: "epsilon_alpha2_beta1", summary: "αβ 2, 1 for convolutions; ε 1e-6 for dense (zennit)") { _, _, _ in
      [.init(.types(convolutions), AlphaBetaRule(alpha: 2)), .init(.types(denses), EpsilonRule())]
    },
    Preset(
      name: "epsilon_alpha2_beta1_flat", summary: "epsilon_alpha2_beta1 with flat in the first layer (zennit)"
    ) { _, _, _ in
      [
        .init(.first(convolutions + denses), FlatRule()), .init(.types(convolutions), AlphaBetaRule(alpha: 2)),
        .init(.types(denses), EpsilonRule()),
      ]
    },
  ]

  private static let convolutions = [Convolution.typeName]
  private static let denses = [Dense.typeName]
  private static let poolings = [MaxPooling.typeName, AveragePooling.typeName]

  private static let base: [Composite.Assignment] = [
    .init(.types([MaxPooling.typeName]), WinnerTakesAllRule()),
    .init(
      .types([Addition.typeName, AveragePooling.typeName, AdaptiveAveragePooling.typeName]), EpsilonRule()),
    .init(
      .types([
        ReLU.typeName, BatchNormalization.typeName, LocalResponseNormalization.typeName, Concatenation.typeName,
        Reshape.typeName, Dropout.typeName, Identity.typeName,
      ]), PassRule()),
  ]
}

/// A composite that does not exist.
public struct UnknownPreset: Error, CustomStringConvertible {
  public let name: String
  public var description: String {
    "no composite \"\(name)\"; there are \(Preset.all.map(\.name).joined(separator: ", "))"
  }
}
