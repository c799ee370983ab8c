import Evaluation
import RelevancePropagation

/// A method as it is written on the command line: a composite, a baseline, or a map that is known to be wrong.
enum EvaluatedMethodText {
  /// What is judged where nothing is said.
  static let standard = [
    "seed", "epsilon_gamma_box", "epsilon_plus", "epsilon_alpha2_beta1", "gradient-x-input", "sensitivity", "random",
    "other-image", "negative",
  ]

  static let help = """
    A composite (\(Preset.all.map(\.name).joined(separator: ", ")), a rule's name, a .json file), a baseline \
    (\(AttributionMethods.all.map { $0.name }.joined(separator: ", "))), or a map that is known to be wrong: random, \
    other-image, negative, the latter two of the first method or of the one behind a colon. Parameters behind a colon: \
    epsilon_plus:epsilon=0.1, smoothgrad:samples=20. May be repeated.
    """

  /// All methods of a command line.
  ///
  /// - Parameters:
  ///   - black: what black becomes, which occlusion and references are filled with.
  ///   - seed: of the random maps.
  /// - Throws: `CommandError` for one that does not exist or stands twice; `RuleArgumentError`.
  static func methods(
    _ texts: [String], profile: Profile?, black: [Float], seed: UInt64
  ) throws -> [EvaluatedMethod] {
    var first: Method?
    let methods = try texts.map { text -> EvaluatedMethod in
      let (name, rest) = split(text)
      switch name {
      case EvaluatedMethod.randomName where rest == nil: return .random(seed: seed)
      case EvaluatedMethod.otherImageName, EvaluatedMethod.negativeName:
        guard let base = try rest.map({ try method($0, profile: profile, black: black) }) ?? first else {
          throw CommandError("--method \(text): of which method? Give it behind a colon, or after another method")
        }
        return name == EvaluatedMethod.negativeName ? .negative(base) : .otherImage(base)
      default:
        let made = try method(text, profile: profile, black: black)
        first = first ?? made
        return .method(made)
      }
    }
    for (index, method) in methods.enumerated() where methods[..<index].contains(where: { $0.label == method.label }) {
      throw CommandError("--method \(texts[index]): given twice")
    }
    return methods
  }

  private static func split(_ text: String) -> (name: String, rest: String?) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return (parts[0], parts.count > 1 ? parts[1] : nil)
  }

  private static func method(_ text: String, profile: Profile?, black: [Float]) throws -> Method {
    let (name, rest) = split(text)
    do { return .composite(try Preset.named(text, profile: profile)) } catch let error as UnknownPreset {
      guard AttributionMethods.all.contains(where: { $0.name == name }) else {
        throw CommandError(
          "--method \(text): \(error.description); baselines are "
            + AttributionMethods.all.map { $0.name }.joined(separator: ", "))
      }
      var arguments = RuleArguments(
        for: "baseline \(name)", try rest.map { try Preset.parameters($0, of: name) } ?? [:])
      let baseline = try baseline(name, &arguments, black: black)
      try arguments.finish()
      return .baseline(baseline)
    }
  }

  private static func baseline(
    _ name: String, _ arguments: inout RuleArguments, black: [Float]
  ) throws -> any AttributionMethod {
    func count(_ name: String, _ standard: Int) throws -> Int {
      Int(try arguments.number(name, default: Float(standard), atLeast: 1))
    }
    switch name {
    case SmoothGradMethod.name:
      return SmoothGradMethod(
        .normal(
          samples: try count("samples", 50), level: try arguments.number("level", default: 0.1, atLeast: 0),
          seed: UInt64(try arguments.number("seed", default: 1, atLeast: 0))))
    case IntegratedGradientsMethod.name: return IntegratedGradientsMethod(steps: try count("steps", 50))
    case TaylorMethod.name: return TaylorMethod()
    case OcclusionMethod.name:
      let window = try count("window", 16)
      let stride = try count("stride", max(window / 2, 1))
      guard stride <= window else {
        throw CommandError("--method occlusion: stride \(stride) leaves pixels out between windows of \(window)")
      }
      return OcclusionMethod(window: window, stride: stride, fill: black)
    default:
      let plain: [any AttributionMethod] = [
        GradientMethod(), SensitivityMethod(), GradientInputMethod(), DeconvnetMethod(), GuidedBackpropMethod(),
      ]
      return plain.first { type(of: $0).name == name }!
    }
  }
}
