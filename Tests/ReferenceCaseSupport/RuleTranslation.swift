import RelevancePropagation

extension RuleDescription {
  /// The library's rule of this description.
  /// - Throws: `NotYet` for what the library does not have.
  func translated() throws -> any Rule {
    if let gain, gain != 1 { throw NotYet(reason: "rule \(rule) with gain \(gain)") }
    switch rule {
    case "epsilon", "lrp0", "avg", "norm": return EpsilonRule(try stabilizer())
    case "gamma": return GammaRule(gamma: gamma ?? 0.25, bias: try gammaBias(), stabilizer: try stabilizer())
    case "gamma_generalized": return GeneralizedGammaRule(gamma: gamma ?? 0.25, stabilizer: try stabilizer())
    case "alphabeta": return try alphaBeta()
    case "flat": return FlatRule(stabilizer: try stab.map { try $0.translated() } ?? Stabilizer(0))
    case "w2":
      return SquaredWeightsRule(bias: bias == "square" ? .square : .none, stabilizer: try stabilizer())
    case "zb":
      guard let low, let high else { throw NotYet(reason: "zb without bounds") }
      return BoxRule(low: low.map { Float($0) }, high: high.map { Float($0) }, stabilizer: try stabilizer())
    case "pass": return PassRule()
    case "wta": return WinnerTakesAllRule(sharingTies: ties == "shared")
    case "grad": return GradientRule()
    case "guided": return RectifierRule(.guided)
    case "deconv": return RectifierRule(.deconvolution)
    case "betasmooth": return RectifierRule(.smooth(beta: beta ?? 10))
    default: throw NotYet(reason: "rule \(rule)")
    }
  }

  private func stabilizer() throws -> Stabilizer {
    guard let stab else { throw NotYet(reason: "rule \(rule) without a stabilizer") }
    return try stab.translated()
  }

  private func gammaBias() throws -> GammaRule.Bias {
    switch bias ?? "rho" {
    case "rho": .favoured
    case "plain": .plain
    case "zero": .none
    default: throw NotYet(reason: "gamma with bias \(bias!)")
    }
  }

  private func alphaBeta() throws -> AlphaBetaRule {
    guard let alpha, let beta, alpha - beta == 1 else { throw NotYet(reason: "alpha - beta is not 1") }
    switch bias ?? "split" {
    case "split": return AlphaBetaRule(alpha: alpha, bias: .split, stabilizer: try stabilizer())
    case "zero": return AlphaBetaRule(alpha: alpha, bias: .none, stabilizer: try stabilizer())
    default: throw NotYet(reason: "alpha-beta with bias \(bias!)")
    }
  }
}

extension StabilizerDescription {
  func translated() throws -> Stabilizer {
    switch mode {
    case "sign": Stabilizer(eps)
    case "plus": Stabilizer(eps, sign: .positive)
    case "rms": Stabilizer(eps, relative: k ?? 0, sign: .positive)
    case "rms_sign": Stabilizer(eps, relative: k ?? 0)
    default: throw NotYet(reason: "stabilizer \(mode)")
    }
  }
}
