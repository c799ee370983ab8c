import Testing

@testable import RelevancePropagation

/// Bias modes, four signs, powers: by hand at the layer of `HandTests`.
extension HandTests {
  @Test("a bias may be left out, or handed to the inputs")
  func biasModes() throws {
    let exact = Stabilizer(0)
    // ε without bias: z = (4, −7): s = (5/4, 8/7): (2·5/4 − 6·8/7, 2·5/4 − 8/7).
    expect(try relevance(EpsilonRule(exact, bias: .none)), [2.5 - 48 / 7.0, 2.5 - 8 / 7.0], "epsilon, none")
    // Handed on: z = (5, −8), s = (1, 1): contributions and b/2 = (0.5, −0.5): R₀ = 2.5 − 6.5, R₁ = 2.5 − 1.5; Σ = −3 = Σ R.
    expect(try relevance(EpsilonRule(exact, bias: .distribute)), [-4, 1], "epsilon, distribute")
    // γ = 1: a·w' = (4, 2), (−6, −2), b' = (2, −1), z' = (8, −9), s = (5/8, 8/9); halves of b': (1, −0.5).
    expect(
      try relevance(GammaRule(gamma: 1, bias: .distribute, stabilizer: exact)),
      [25 / 8.0 - 52 / 9.0, 15 / 8.0 - 20 / 9.0], "gamma, distribute")
    // Generalised, γ = 1: as with its bias 10 and −16, now (4, 4)/8·5 and (−12, −2)/(−14)·(−8).
    expect(
      try relevance(GeneralizedGammaRule(gamma: 1, bias: .none, stabilizer: exact)), [2.5 - 48 / 7.0, 2.5 - 8 / 7.0],
      "generalized gamma, none")
    // Handed on: (4 + 1, 4 + 1)/10·5 and (−12 − 1, −2 − 1)/(−16)·(−8).
    expect(
      try relevance(GeneralizedGammaRule(gamma: 1, bias: .distribute, stabilizer: exact)), [2.5 - 6.5, 2.5 - 1.5],
      "generalized gamma, distribute")
    // z⁺: k = 0: (2 + 0.5, 2 + 0.5)/5·5; k = 1: nothing positive.
    expect(try relevance(ZPlusRule(bias: .distribute, stabilizer: exact)), [2.5, 2.5], "z+, distribute")
    // The full bias: k = 0 as b⁺; k = 1: z = −1 from the bias alone, no contribution to carry it.
    expect(try relevance(ZPlusRule(bias: .full, stabilizer: exact)), [2, 2], "z+, full")
    // Inputs whole: k = 0: a·w⁺ = (2, 0), z = 2 + 1, s = 5/3; k = 1: (0, −1), z = −1 − 1, s = 4: (10/3, −4).
    expect(
      try relevance(ZPlusRule(bias: .full, inputs: .whole, stabilizer: exact)), [10 / 3.0, -4], "z+, whole inputs")
    // α2β1 handed on. k = 0: 2·(2.5, 2.5), negative: none. k = 1: −1·(−6 − 0.5, −1 − 0.5).
    expect(try relevance(AlphaBetaRule(alpha: 2, bias: .distribute, stabilizer: exact)), [11.5, 6.5], "αβ, distribute")
  }

  @Test("alpha-beta with the full bias in both sums: iNNvestigate's defect by hand")
  func fullBias() throws {
    // W = [1, −1], b = −1, a = (1, 1), R = −1. z⁺ = 1 − 1 = 0 and z⁻ = −1 − 1 = −2.
    // At 0 the denominator is 1e-7: s⁺ = −1e7, s⁻ = 0.5: α1β0 (−1e7, 0), α2β1 (−2e7, 0.5).
    let layer = Dense(weight: Tensor(shape: [1, 2], scalars: [1, -1]), bias: Tensor(shape: [1], scalars: [-1]))
    let peer = Stabilizer(1e-7, sign: .atZero)
    expect(
      try explain(layer, AlphaBetaRule(alpha: 1, bias: .full, stabilizer: peer), [1, 1], [-1]), [-1e7, 0], "α1β0")
    let found = try explain(layer, AlphaBetaRule(alpha: 2, bias: .full, stabilizer: peer), [1, 1], [-1])
    #expect(abs(found[0] / -2e7 - 1) < 1e-6 && found[1] == 0.5)
  }

  @Test("alpha-beta by four signs")
  func alphaBetaX() throws {
    // k = 0 (R = 5): a⁺w⁺ = 2, + b⁺ 1: 2/3·5 = 10/3 to input 0. a⁻w⁻ = 2, b⁻ = 0: 5 to input 1.
    // k = 1 (R = −8): a⁺w⁻ = −6, + b⁻ −1: 6/7·(−8) to input 0. a⁻w⁺ = −1, b⁺ = 0: −8 to input 1.
    let exact = Stabilizer(0)
    func rule(_ alpha: (Float, Float), _ beta: (Float, Float)) -> AlphaBetaXRule {
      AlphaBetaXRule(alpha: alpha, beta: beta, stabilizer: exact)
    }
    expect(try relevance(rule((1, 0), (0, 0))), [10 / 3.0, 0], "1000")
    expect(try relevance(rule((1, 0), (0, -1))), [10 / 3.0, -8], "1010")
    expect(try relevance(rule((1, 1), (0, 0))), [10 / 3.0, 5], "1001")
    expect(try relevance(rule((2, 0), (1, 0))), [20 / 3.0 + 48 / 7.0, 0], "2m100")
  }

  @Test("a stabilizer relative to the standard deviation")
  func deviation() throws {
    // z = (5, −8): mean −1.5, deviations ±6.5: √mean = 6.5; half of it: s = (5/8.25, 8/11.25).
    expect(
      try relevance(EpsilonRule(Stabilizer(0, relative: 0.5, statistic: .deviation))),
      [2 * 5 / 8.25 - 6 * 8 / 11.25, 2 * 5 / 8.25 - 8 / 11.25], "std")
  }

  @Test("p-norm: powers of the activations, signs kept; alpha-beta doubles at a pooling")
  func pNorm() throws {
    let layer = AveragePooling(window: PoolingWindow(kernel: Extent(2)), countsPadding: true)
    let network = try Network.single(layer, input: [1, 2, 2])
    func share(_ rule: any Rule, _ a: [Float]) throws -> [Float] {
      try DeviceRun(
        network, rules: ["layer": rule], images: Tensor(shape: [1, 1, 2, 2], scalars: a),
        start: Tensor(shape: [1, 1, 1, 1], scalars: [6])
      ).relevance.input.scalars
    }
    let exact = Stabilizer(0)
    // p = 2: 1, 4, 16, −1 of 20; the 1/4 of the mean cancels.
    expect(try share(PNormRule(p: 2, stabilizer: exact), [1, 2, 4, -1]), [0.3, 1.2, 4.8, -0.3], "p = 2")
    expect(try share(PNormRule(p: 1, stabilizer: exact), [1, 2, 4, -1]), [1, 2, 4, -1], "p = 1")
    // No negative contribution: α·R, here 2·6 in proportion 1 : 2 : 3 : 0.
    expect(try share(AlphaBetaRule(alpha: 2, stabilizer: exact), [1, 2, 3, 0]), [2, 4, 6, 0], "alpha-beta")
  }
}
