import Testing

@testable import RelevancePropagation

/// Ring 1: every rule by hand at a dense layer of two inputs and two outputs, with negative inputs, weights, scores
/// and biases.
///
///     a = (2, −1),  W = [ 1  −2 ]   b = ( 1 )    z₀ = 2·1 + (−1)·(−2) + 1 = 5
///                       [−3   1 ]       (−1 )    z₁ = 2·(−3) + (−1)·1 − 1 = −8
///
/// Contributions a_i·w_ik: to k = 0: (2, 2); to k = 1: (−6, −1). R = (5, −8), a negative score among them.
@Suite struct HandTests {
  func relevance(_ rule: any Rule, _ start: [Float] = [5, -8]) throws -> [Float] {
    let layer = Dense(
      weight: Tensor(shape: [2, 2], scalars: [1, -2, -3, 1]), bias: Tensor(shape: [2], scalars: [1, -1]))
    return try explain(layer, rule, [2, -1], start)
  }

  func explain(_ layer: any Layer, _ rule: any Rule, _ a: [Float], _ start: [Float]) throws -> [Float] {
    let network = try Network.single(layer, input: [a.count])
    return try DeviceRun(
      network, rules: ["layer": rule], images: Tensor(shape: [1, a.count], scalars: a),
      start: Tensor(shape: [1, start.count], scalars: start)
    ).relevance.input.scalars
  }

  func expect(
    _ found: [Float], _ expected: [Double], _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      found, expected, tolerance: 2e-6, Origin(what: what, shape: [found.count], seed: 0, filter: "HandTests"),
      sourceLocation: sourceLocation)
  }

  @Test("zero: a·w / z · R")
  func zero() throws {
    // s = (5/5, −8/−8) = (1, 1): R₀ = 2 − 6 = −4, R₁ = 2 − 1 = 1. The bias keeps 1 − 1 = 0.
    expect(try relevance(ZeroRule()), [-4, 1], "zero")
  }

  @Test("epsilon: a·w / (z + ε·sign z) · R")
  func epsilon() throws {
    // ε = 2: z = 5 + 2 = 7 and −8 − 2 = −10; s = (5/7, 0.8): R₀ = 2·5/7 − 6·0.8, R₁ = 2·5/7 − 0.8.
    expect(try relevance(EpsilonRule(Stabilizer(2))), [10 / 7.0 - 4.8, 10 / 7.0 - 0.8], "signed")
    // Always +: −8 + 2 = −6; s₁ = 4/3.
    expect(
      try relevance(EpsilonRule(Stabilizer(2, sign: .positive))), [10 / 7.0 - 8, 10 / 7.0 - 4 / 3.0], "positive")
    // Only at 0: none of both is.
    expect(try relevance(EpsilonRule(Stabilizer(2, sign: .atZero))), [-4, 1], "at zero")
    // √mean z² = √((25 + 64)/2) = √44.5; half of it.
    let half = 44.5.squareRoot() / 2
    let (s0, s1) = (5 / (5 + half), 8 / (8 + half))
    expect(try relevance(EpsilonRule(Stabilizer(0, relative: 0.5))), [2 * s0 - 6 * s1, 2 * s0 - s1], "relative")
  }

  @Test("epsilon at a denominator of exactly 0: sign(0) = +1, and 0/0 is 0")
  func zeroDenominator() throws {
    // a = (1, 1), w = (2, −2), b = 0: z = 0. R = 3, ε = 0.5: s = 6, R' = (12, −12).
    let layer = Dense(weight: Tensor(shape: [1, 2], scalars: [2, -2]), bias: nil)
    for sign in [Stabilizer.Sign.signed, .positive, .atZero] {
      expect(try explain(layer, EpsilonRule(Stabilizer(0.5, sign: sign)), [1, 1], [3]), [12, -12], "\(sign)")
      #expect(try explain(layer, EpsilonRule(Stabilizer(0, sign: sign)), [1, 1], [3]) == [0, 0])
    }
  }

  @Test("gamma: w + γ·w⁺, the bias as unit 0, as it is, or not at all")
  func gamma() throws {
    let exact = Stabilizer(0)
    // γ = 1: W' = (2, −2), (−3, 2). a·w' = (4, 2) and (−6, −2).
    // b' = (2, −1): z' = (8, −9); s = (5/8, 8/9).
    expect(
      try relevance(GammaRule(gamma: 1, stabilizer: exact)), [2.5 - 16 / 3.0, 1.25 - 16 / 9.0], "favoured bias")
    // b = (1, −1): z' = (7, −9).
    expect(
      try relevance(GammaRule(gamma: 1, bias: .plain, stabilizer: exact)), [20 / 7.0 - 16 / 3.0, 10 / 7.0 - 16 / 9.0],
      "plain bias")
    // No bias: z' = (6, −8); s = (5/6, 1).
    expect(
      try relevance(GammaRule(gamma: 1, bias: .none, stabilizer: exact)), [10 / 3.0 - 6, 5 / 3.0 - 2], "no bias")
  }

  @Test("generalized gamma favours contributions of the output's own sign")
  func generalizedGamma() throws {
    // γ = 1. z₀ = 5 > 0: positive contributions (2, 2) double to (4, 4), b' = 2: z' = 10, s = 0.5: (2, 2).
    // z₁ = −8 < 0: negative contributions (−6, −1) double to (−12, −2), b' = −2: z' = −16, s = 0.5: (−6, −1).
    expect(try relevance(GeneralizedGammaRule(gamma: 1, stabilizer: Stabilizer(0))), [-4, 1], "by sign")
    // z = 1 − 1 = 0: nothing is propagated.
    let layer = Dense(weight: Tensor(shape: [1, 2], scalars: [1, -1]), bias: nil)
    #expect(try explain(layer, GeneralizedGammaRule(), [1, 1], [3]) == [0, 0])
  }

  @Test("z+: positive contributions, with b⁺ or without a bias")
  func zPlus() throws {
    // k = 0: (2, 2) + b⁺ 1 = 5, s = 1. k = 1: no positive contribution, b⁺ = 0: 0/0, nothing.
    expect(try relevance(ZPlusRule(stabilizer: Stabilizer(0))), [2, 2], "b+")
    // Without bias: 5/4.
    expect(try relevance(ZPlusRule(bias: .none, stabilizer: Stabilizer(0))), [2.5, 2.5], "no bias")
  }

  @Test("alpha-beta: α of the positive, −β of the negative contributions")
  func alphaBeta() throws {
    // α2β1, b split. k = 0: positive (2, 2)/5·5 = (2, 2), no negative. k = 1: negative (−6, −1), b⁻ = −1:
    // z⁻ = −8, s = 1: (−6, −1). R' = 2·(2, 2) − 1·(−6, −1) = (10, 5).
    let exact = Stabilizer(0)
    expect(try relevance(AlphaBetaRule(alpha: 2, stabilizer: exact)), [10, 5], "alpha 2, beta 1")
    // Without bias: positive 5/4·(2, 2), negative −8/−7·(−6, −1).
    expect(
      try relevance(AlphaBetaRule(alpha: 2, bias: .none, stabilizer: exact)), [5 + 48 / 7.0, 5 + 8 / 7.0], "no bias")
  }

  @Test("alpha-beta at the reference case W = [1, −1], b = −1, R = z = −1")
  func alphaBetaReferenceCase() throws {
    // x = (1, 1): z = 1 − 1 − 1 = −1. z⁺ = 1: s⁺ = −1. z⁻ = −1 − 1 = −2: s⁻ = 0.5.
    // α1β0: (1·s⁺, 0) = (−1, 0). α2β1: (2·(−1), −1·(−1)·0.5) = (−2, 0.5).
    let layer = Dense(weight: Tensor(shape: [1, 2], scalars: [1, -1]), bias: Tensor(shape: [1], scalars: [-1]))
    expect(try explain(layer, AlphaBetaRule(alpha: 1), [1, 1], [-1]), [-1, 0], "alpha 1, beta 0")
    expect(try explain(layer, AlphaBetaRule(alpha: 2), [1, 1], [-1]), [-2, 0.5], "alpha 2, beta 1")
    expect(try explain(layer, ZPlusRule(), [1, 1], [-1]), [-1, 0], "z+")
  }

  @Test("flat: equal shares, whatever a, w and b")
  func flat() throws {
    // Two inputs share 5 and −8: (2.5 − 4, 2.5 − 4).
    expect(try relevance(FlatRule()), [-1.5, -1.5], "flat")
  }

  @Test("w-squared: w² / Σw², with b² on request")
  func squaredWeights() throws {
    // W² = (1, 4), (9, 1): R₀ = 1/5·5 − 9/10·8, R₁ = 4/5·5 − 1/10·8.
    expect(try relevance(SquaredWeightsRule()), [-6.2, 3.2], "no bias")
    // + b² = (1, 1): 1/6·5 − 9/11·8, 4/6·5 − 1/11·8.
    expect(
      try relevance(SquaredWeightsRule(bias: .square)), [5 / 6.0 - 72 / 11.0, 20 / 6.0 - 8 / 11.0], "b squared")
  }

  @Test("box: a·w − l·w⁺ − h·w⁻, one bound or one per channel")
  func box() throws {
    // l = −3, h = 4. k = 0: (2·1 + 3·1, (−1)(−2) − 4·(−2)) = (5, 10), z = 15, s = 1/3.
    // k = 1: (2·(−3) − 4·(−3), (−1)·1 + 3·1) = (6, 2), z = 8, s = −1.
    expect(try relevance(BoxRule(low: [-3], high: [4])), [5 / 3.0 - 6, 10 / 3.0 - 2], "scalar bounds")
    // l = (−3, −1), h = (4, 2). k = 0: (5, 2 + 4) = (5, 6), z = 11. k = 1: (6, −1 + 1) = (6, 0), z = 6.
    expect(
      try relevance(BoxRule(low: [-3, -1], high: [4, 2])), [25 / 11.0 - 8, 30 / 11.0], "bounds per channel")
  }

  @Test("gradient: Wᵀ·R, no activation in it")
  func gradient() throws {
    // 5·(1, −2) − 8·(−3, 1) = (29, −18).
    expect(try relevance(GradientRule()), [29, -18], "gradient")
  }

  @Test("rectifiers: pass, gradient, guided, deconvolution, smooth")
  func rectifiers() throws {
    let (a, R): ([Float], [Float]) = ([2, -2, 3, -3], [5, 6, -7, -8])
    #expect(try explain(ReLU(), PassRule(), a, R) == R)
    #expect(try explain(ReLU(), GradientRule(), a, R) == [5, 0, -7, 0])
    #expect(try explain(ReLU(), RectifierRule(.guided), a, R) == [5, 0, 0, 0])
    #expect(try explain(ReLU(), RectifierRule(.deconvolution), a, R) == [5, 6, 0, 0])
    // 1/(1 + e⁻²) = 0.880797, 1/(1 + e²) = 0.119203; 1/(1 + e⁻³) = 0.952574, 1/(1 + e³) = 0.0474259.
    expect(
      try explain(ReLU(), RectifierRule(.smooth(beta: 1)), a, R), [4.403985, 0.715218, -6.668018, -0.379407], "smooth")
  }

  @Test("winner-takes-all: the first of equal maxima, or all of them")
  func winner() throws {
    // One 2 × 2 window with 7 in three places, relevance 6; an overlapping window would add.
    let layer = MaxPooling(window: PoolingWindow(kernel: Extent(2)))
    let network = try Network.single(layer, input: [1, 2, 2])
    func route(_ rule: any Rule) throws -> [Float] {
      try DeviceRun(
        network, rules: ["layer": rule], images: Tensor(shape: [1, 1, 2, 2], scalars: [1, 7, 7, 7]),
        start: Tensor(shape: [1, 1, 1, 1], scalars: [6])
      ).relevance.input.scalars
    }
    #expect(try route(WinnerTakesAllRule()) == [0, 6, 0, 0])
    #expect(try route(WinnerTakesAllRule(sharingTies: true)) == [0, 2, 2, 2])
    // As a mean: in proportion to the activations, 1 : 7 : 7 : 7 of 22.
    expect(try route(EpsilonRule()), [6 / 22.0, 42 / 22.0, 42 / 22.0, 42 / 22.0], "max pooling as a mean")
  }

  @Test("one convolution by hand: padding is no input")
  func convolution() throws {
    // 1 × 2 image (3, −1), a 1 × 3 filter (1, 2, 4), padding 1: z = (0·1 + 3·2 − 1·4, 3·1 − 1·2 + 0·4) = (2, 1).
    // LRP-0 of R = (2, 1): R₀ = 6 + 3 = 9, R₁ = −4 − 2 = −6. Flat: two pixels under each: (1.5, 1.5).
    let layer = Convolution(
      weight: Tensor(shape: [1, 1, 1, 3], scalars: [1, 2, 4]), bias: nil, padding: Padding(0, 1))
    let network = try Network.single(layer, input: [1, 1, 2])
    let images = Tensor(shape: [1, 1, 1, 2], scalars: [3, -1])
    let zero = try DeviceRun(network, rules: ["layer": ZeroRule()], images: images)
    #expect(zero.scores.scalars == [2, 1])
    expect(zero.relevance.input.scalars, [9, -6], "zero")
    expect(
      try DeviceRun(network, rules: ["layer": FlatRule()], images: images).relevance.input.scalars, [1.5, 1.5], "flat")
  }
}
