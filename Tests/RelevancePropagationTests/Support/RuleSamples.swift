@testable import RelevancePropagation

/// Every rule with every choice it offers.
enum RuleSamples {
  /// - Parameter channels: of the layer's input, for bounds per channel.
  static func all(channels: Int) -> [any Rule] { Rules.all.flatMap { samples(of: $0, channels: channels) } }

  static func samples(of type: any Rule.Type, channels: Int) -> [any Rule] {
    switch type {
    case is ZeroRule.Type: [ZeroRule()]
    case is EpsilonRule.Type: stabilizers.map { EpsilonRule($0) }
    case is GammaRule.Type:
      [
        GammaRule(), GammaRule(gamma: 1, bias: .plain, stabilizer: .zennit),
        GammaRule(gamma: 0.5, bias: .none, stabilizer: Stabilizer(1e-6, relative: 0.25)),
      ]
    case is GeneralizedGammaRule.Type: [GeneralizedGammaRule(), GeneralizedGammaRule(gamma: 1)]
    case is ZPlusRule.Type: [ZPlusRule(), ZPlusRule(bias: .none)]
    case is AlphaBetaRule.Type:
      [AlphaBetaRule(alpha: 1), AlphaBetaRule(alpha: 2), AlphaBetaRule(alpha: 3, bias: .none)]
    case is FlatRule.Type: [FlatRule()]
    case is SquaredWeightsRule.Type: [SquaredWeightsRule(), SquaredWeightsRule(bias: .square)]
    case is BoxRule.Type:
      [
        BoxRule(low: [-1], high: [2]),
        BoxRule(
          low: (0..<channels).map { -1 - Float($0) / 8 }, high: (0..<channels).map { 2 + Float($0) / 4 },
          stabilizer: .tutorial),
      ]
    case is PassRule.Type: [PassRule()]
    case is WinnerTakesAllRule.Type: [WinnerTakesAllRule(), WinnerTakesAllRule(sharingTies: true)]
    case is GradientRule.Type: [GradientRule()]
    case is RectifierRule.Type: [.guided, .deconvolution, .smooth(beta: 3)].map { RectifierRule($0) }
    default: []
    }
  }

  /// Signed, positive, at zero; absolute and relative to the image.
  static let stabilizers = [
    Stabilizer.zennit, Stabilizer(0.25), Stabilizer(0.25, sign: .positive), Stabilizer(0.25, sign: .atZero),
    Stabilizer(1e-6, relative: 0.25), Stabilizer(1e-9, relative: 0.25, sign: .positive),
  ]

  /// Whether a layer can carry a rule: the table of the documentation, written out once more.
  static func fits(_ rule: any Rule, _ layer: any Layer) -> Bool {
    switch rule {
    case is ZeroRule, is EpsilonRule, is FlatRule: isWeighted(layer) || isWeightless(layer)
    case is GammaRule, is GeneralizedGammaRule, is ZPlusRule, is AlphaBetaRule, is SquaredWeightsRule, is BoxRule:
      isWeighted(layer)
    case is PassRule:
      layer is ReLU || layer is BatchNormalization || layer is LocalResponseNormalization || onlyRearranges(layer)
    case is WinnerTakesAllRule: layer is MaxPooling
    case is GradientRule: !(layer is LocalResponseNormalization || layer is Softmax)
    case is RectifierRule: layer is ReLU
    default: false
    }
  }

  private static func isWeighted(_ layer: any Layer) -> Bool {
    layer is Convolution || layer is Dense || layer is BatchNormalization
  }

  private static func isWeightless(_ layer: any Layer) -> Bool {
    layer is AveragePooling || layer is AdaptiveAveragePooling || layer is Addition
      || (layer as? MaxPooling)?.window.dilation == Extent(1)
  }

  private static func onlyRearranges(_ layer: any Layer) -> Bool {
    layer is Concatenation || layer is Reshape || layer is Dropout || layer is Identity
  }
}
