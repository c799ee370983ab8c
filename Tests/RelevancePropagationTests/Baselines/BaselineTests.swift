import TestDevices
import Testing

@testable import RelevancePropagation

/// Baselines by hand on a linear network, and against each other on others.
@Suite struct BaselineTests {
  /// z₀ = 2x₀ − 3x₁ + x₂ + 1, z₁ = −x₀ + 4x₂ at x = (1, 2, −1): z₀ = 2 − 6 − 1 + 1 = −4, z₁ = −1 − 4 = −5.
  private static let linear: Network = {
    let layer = Dense(
      weight: Tensor(shape: [2, 3], scalars: [2, -3, 1, -1, 0, 4]), bias: Tensor(shape: [2], scalars: [1, 0]))
    return try! Network.single(layer, input: [3])
  }()
  private static let x = Tensor(shape: [1, 3], scalars: [1, 2, -1])

  private func attribute(_ method: any AttributionMethod, _ target: Target = .logit(0)) throws -> [Float] {
    let model = try GradientModel(Self.linear, on: TestDevice.engine, batch: 4)
    return try method.attribute(Self.x, targets: [target], with: model).scalars
  }

  private func expect(
    _ found: [Float], _ expected: [Double], _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      found, expected, tolerance: 2e-6,
      Origin(what: what, shape: [expected.count], seed: 0, filter: "BaselineTests"), sourceLocation: sourceLocation)
  }

  @Test("gradient, sensitivity, gradient × input on a linear network")
  func gradients() throws {
    expect(try attribute(GradientMethod()), [2, -3, 1], "gradient")
    expect(try attribute(GradientMethod(), .difference(0, 1)), [3, -3, -3], "of a difference")
    expect(try attribute(SensitivityMethod()), [4, 9, 1], "sensitivity")
    expect(try attribute(GradientInputMethod()), [2, -6, -1], "gradient × input")
    // p = σ(z₀ − z₁) = σ(1) = 0.7310586; ∂p₀ = p₀p₁·(w₀ − w₁), p₀p₁ = 0.1966119.
    expect(
      try attribute(GradientMethod(), .probability(0)), [0.5898358, -0.5898358, -0.5898358], "of a probability")
  }

  @Test("integrated gradients are complete: they sum to f(x) − f(x₀)")
  func integratedGradients() throws {
    // The gradient is the same everywhere: (x − x₀) ⊙ w for any number of steps.
    expect(try attribute(IntegratedGradientsMethod(steps: 7)), [2, -6, -1], "from 0: sum −5 = f(x) − 1")
    let start = Tensor(shape: [3], scalars: [0.5, 1, 1])
    // (0.5·2, 1·(−3), −2·1) = (1, −3, −2): sum −4 = f(x) − f(x₀) with f(x₀) = 1 − 3 + 1 + 1 = 0.
    expect(try attribute(IntegratedGradientsMethod(steps: 3, baseline: start)), [1, -3, -2], "from x₀")
    // On a network with rectifiers the sum tends to the difference as steps grow.
    let network = SmallNetwork.vggLike(biased: true, seed: 80)
    let model = try GradientModel(network, on: TestDevice.engine)
    let image = SmallNetwork.images(1, seed: 81)
    let sum = try IntegratedGradientsMethod(steps: 256).attribute(image, targets: [.logit(2)], with: model).scalars
      .reduce(0) { $0 + Double($1) }
    let zero = Tensor(repeating: 0, shape: image.shape)
    let difference = try model.values(image, [.logit(2)])[0] - model.values(zero, [.logit(2)])[0]
    #expect(abs(sum - difference) < 0.03 * max(abs(difference), 0.1), "\(sum), expected about \(difference)")
  }

  @Test("occlusion on a linear network: what each input adds, by windows")
  func occlusion() throws {
    // Window 1: f(x) − f(without x_i) = w_i·x_i.
    expect(try attribute(OcclusionMethod(window: 1, stride: 1)), [2, -6, -1], "window 1")
    // Window 2, stride 1: {0,1}: −4, {1,2}: −7, {2}: −1. Means: −4, (−4 − 7)/2, (−7 − 1)/2.
    expect(try attribute(OcclusionMethod(window: 2, stride: 1)), [-4, -5.5, -4], "overlapping windows")
    // Filled with 5: w_i·(x_i − 5).
    expect(try attribute(OcclusionMethod(window: 1, stride: 1, fill: [5])), [-8, 9, -6], "another fill")
    // The window alone: z₀ of it, bias and all. {0,1}: 2 − 6 + 1 = −3; {2}: −1 + 1 = 0.
    expect(try attribute(OcclusionMethod(window: 2, stride: 2, mode: .isolated)), [-3, -3, 0], "isolated")
  }

  @Test("a pixel's occlusion is shared by its channels when hidden, repeated when isolated")
  func occlusionChannels() throws {
    // Two channels of one pixel, (3, 5), w = (1, 2): f = 13; without the pixel 0.
    let network = try Network.chain(
      [("flatten", Reshape.flatten), ("fc", Dense(weight: Tensor(shape: [1, 2], scalars: [1, 2]), bias: nil))],
      input: [2, 1, 1])
    let model = try GradientModel(network, on: TestDevice.engine)
    let image = Tensor(shape: [1, 2, 1, 1], scalars: [3, 5])
    func found(_ mode: OcclusionMethod.Mode) throws -> [Float] {
      try OcclusionMethod(window: 1, stride: 1, mode: mode).attribute(image, targets: [.logit(0)], with: model).scalars
    }
    #expect(try found(.hidden) == [6.5, 6.5])
    #expect(try found(.isolated) == [13, 13])
  }

  @Test("simple Taylor at a root: the parts sum to f(x), for a linear f")
  func taylor() throws {
    // x̃ = 0: w ⊙ x. A root by hand: x̃ = (0.5, 1, 1), f(x̃) = 0.
    expect(try attribute(TaylorMethod()), [2, -6, -1], "x̃ = 0")
    let root = Tensor(shape: [3], scalars: [0.5, 1, 1])
    expect(try attribute(TaylorMethod(root: root)), [1, -3, -2], "x̃ given: sum −4 = f(x)")
    // Search from 0, where f = 1, to x, where f = −4: the root is x/5; 4/5 of w ⊙ x, sum −4 = f(x).
    expect(try attribute(TaylorMethod(searching: true)), [1.6, -4.8, -0.8], "x̃ searched")
    // z₁ is 0 at 0: that is the root.
    expect(try attribute(TaylorMethod(searching: true), .logit(1)), [-1, 0, -4], "x̃ = 0 is a root")
    #expect(throws: AttributionError.self) {
      try attribute(TaylorMethod(root: Tensor(shape: [3], scalars: [0, 3, 0]), searching: true))
    }
    #expect(throws: AttributionError.self) { try attribute(TaylorMethod(root: Tensor(shape: [2], scalars: [0, 3]))) }
  }

  @Test("SmoothGrad without noise is the gradient; with a seed it repeats; another seed differs")
  func smoothGrad() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 82)
    let model = try GradientModel(network, on: TestDevice.engine, batch: 3)
    let images = SmallNetwork.images(2, seed: 83)
    let targets: [Target] = [.logit(1), .logit(4)]
    func found(_ noise: SmoothGradMethod.Noise) throws -> Tensor {
      try SmoothGradMethod(noise).attribute(images, targets: targets, with: model)
    }
    let gradient = try GradientMethod().attribute(images, targets: targets, with: model)
    let silent = Tensor(repeating: 0, shape: Shape([4] + SmallNetwork.input.extents))
    expect(try found(.given(silent)).scalars, gradient.scalars.map { Double($0) }, "no noise")
    let seeded = try found(.normal(samples: 5, level: 0.2, seed: 9))
    expectIdentical(try found(.normal(samples: 5, level: 0.2, seed: 9)), seeded, "the same seed")
    #expect(try found(.normal(samples: 5, level: 0.2, seed: 10)) != seeded)
    // On a linear network noise changes nothing.
    expect(try attribute(SmoothGradMethod(.normal(samples: 6, level: 1, seed: 1))), [2, -3, 1], "linear")
  }

  @Test("noise is normal: mean 0, deviation 1")
  func noise() {
    var normal = NormalNumbers(seed: 5)
    let numbers = (0..<20000).map { _ in normal.next() }
    let mean = numbers.reduce(0, +) / 20000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20000
    // Standard errors: 1/√20000 = 0.007 and √(2/20000) = 0.01.
    #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.04)
  }

  @Test("guided backprop and deconvnet by hand at one rectifier")
  func rectifiers() throws {
    // (1, −1) → ReLU → w = (−2, 3) for class 0: gradient (−2, 0); guided 0 where R < 0 or off; deconvnet (0, 3).
    let network = try Network.chain(
      [("relu", ReLU()), ("top", Dense(weight: Tensor(shape: [1, 2], scalars: [-2, 3]), bias: nil))], input: [2])
    let model = try GradientModel(network, on: TestDevice.engine)
    func found(_ method: any AttributionMethod, _ image: [Float]) throws -> [Float] {
      try method.attribute(Tensor(shape: [1, 2], scalars: image), targets: [.logit(0)], with: model).scalars
    }
    #expect(try found(GradientMethod(), [1, -1]) == [-2, 0])
    #expect(try found(GuidedBackpropMethod(), [1, -1]) == [0, 0])
    #expect(try found(GuidedBackpropMethod(), [1, 1]) == [0, 3])
    #expect(try found(DeconvnetMethod(), [1, -1]) == [0, 3])
  }

  @Test("gradient × input is LRP-0 without biases")
  func gradientInput() throws {
    let network = SmallNetwork.vggLike(biased: false, seed: 84)
    let image = SmallNetwork.images(1, seed: 85)
    let model = try GradientModel(network, on: TestDevice.engine)
    let start = Target.logit(2).relevance(for: try model.scores(image)[0])
    let run = try DeviceRun(
      network, rules: RuleSet(rule: ZeroRule(stabilizer: Stabilizer(0))).rules(for: network), images: image,
      start: Tensor(shape: [1, 5], scalars: start))
    let found = try GradientInputMethod().attribute(image, targets: [.logit(2)], with: model)
    expectClose(
      found.scalars, run.relevance.input.scalars.map { Double($0) },
      Origin(what: "gradient × input", shape: image.shape, seed: 84, filter: "BaselineTests"))
  }

  @Test("every baseline gives an image the same bits alone and in a batch", arguments: Self.samples.indices)
  func company(_ index: Int) throws {
    let method = Self.samples[index]
    let network = SmallNetwork.concatenation(biased: true, seed: 86)
    let model = try GradientModel(network, on: TestDevice.engine, batch: 3)
    let images = SmallNetwork.images(3, seed: 87)
    let targets: [Target] = [.logit(0), .logOdds(3), .difference(1, 2)]
    let together = try method.attribute(images, targets: targets, with: model)
    for n in 0..<3 {
      let alone = try method.attribute(.stack([images[n]]), targets: [targets[n]], with: model)
      expectIdentical(alone[0], together[n], "\(method.label), image \(n)")
    }
  }

  /// One of every baseline; the list of all has no other.
  private static let samples: [any AttributionMethod] = [
    GradientMethod(), SensitivityMethod(), GradientInputMethod(), TaylorMethod(), DeconvnetMethod(),
    GuidedBackpropMethod(), SmoothGradMethod(.normal(samples: 4, level: 0.1, seed: 1)),
    IntegratedGradientsMethod(steps: 4), OcclusionMethod(window: 4, stride: 3),
  ]

  @Test("every baseline is listed once and sampled here")
  func listed() {
    #expect(AttributionMethods.all.map { $0.name } == Self.samples.map { type(of: $0).name })
    #expect(Set(AttributionMethods.all.map { $0.name }).count == AttributionMethods.all.count)
  }

  @Test("neurons are explained by baselines too: the gradient of a feature map")
  func neurons() throws {
    let network = SmallNetwork.vggLike(biased: true, seed: 88)
    let selection = try NeuronSelection(layer: "relu1_2", channel: 1, of: try network.canonized())
    let model = try GradientModel(network, at: "relu1_2", on: TestDevice.engine)
    let image = SmallNetwork.images(1, seed: 89)
    let gradient = try GradientMethod().attribute(image, targets: [.neurons(selection)], with: model)
    #expect(gradient.shape == image.shape && gradient.scalars.contains { $0 != 0 })
    #expect(throws: TargetError.self) { try GradientMethod().attribute(image, targets: [.logit(0)], with: model) }
    let top = try GradientModel(network, on: TestDevice.engine)
    #expect(throws: TargetError.self) {
      try GradientMethod().attribute(image, targets: [.neurons(selection)], with: top)
    }
  }
}
