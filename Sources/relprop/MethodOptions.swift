import ArgumentParser
import Imaging
import RelevancePropagation

/// How it is explained: LRP, or a baseline with its numbers.
struct MethodOptions: ParsableArguments {
  static let relevancePropagation = "lrp"

  @Option(
    help: ArgumentHelp(
      "\(relevancePropagation), or to compare: \(AttributionMethods.all.map { $0.name }.joined(separator: ", ")).",
      valueName: "name"))
  var method = relevancePropagation

  @Option(help: ArgumentHelp("smoothgrad: noisy copies (50).", valueName: "number"))
  var samples: Int?

  @Option(help: ArgumentHelp("smoothgrad: deviation of the noise over the image's range (0.1).", valueName: "number"))
  var noiseLevel: Float?

  @Option(help: ArgumentHelp("smoothgrad: seed of the noise (1).", valueName: "number"))
  var noiseSeed: UInt64?

  @Option(help: ArgumentHelp("smoothgrad: the noise itself, .npy of [n, C, H, W].", valueName: "file"))
  var noise: String?

  @Option(help: ArgumentHelp("integrated-gradients: steps (50).", valueName: "number"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Where integrated-gradients begins, taylor expands, and what occlusion fills with: zero (in the network's input: the "
        + "mean colour), black, or a .npy file of [C, H, W] (not for occlusion).", valueName: "image"))
  var reference: String?

  @Flag(help: "taylor: expand at the zero of f between the reference and the image.")
  var searchRoot = false

  @Option(help: ArgumentHelp("occlusion: edge of the window in pixels of the network (16).", valueName: "pixels"))
  var window: Int?

  @Option(help: ArgumentHelp("occlusion: distance of the windows (half an edge).", valueName: "pixels"))
  var stride: Int?

  @Option(
    help: ArgumentHelp(
      "occlusion: hidden (what is lost without the window) or isolated (what the window alone gives).",
      valueName: "mode"))
  var occlude: String?

  /// The baseline, or nil for LRP.
  /// - Throws: `CommandError` for a method that does not exist, and for options of another.
  func baseline(for network: Network, black: [Float]) throws -> (any AttributionMethod)? {
    let names = [Self.relevancePropagation] + AttributionMethods.all.map { $0.name }
    guard names.contains(method) else {
      throw CommandError("--method \(method): expected \(names.joined(separator: ", "))")
    }
    try refuseStray()
    switch method {
    case Self.relevancePropagation: return nil
    case SmoothGradMethod.name: return SmoothGradMethod(try noiseChoice())
    case IntegratedGradientsMethod.name:
      return IntegratedGradientsMethod(
        steps: try positive(steps ?? 50, "--steps"), baseline: try image(network, black: black))
    case TaylorMethod.name: return TaylorMethod(root: try image(network, black: black), searching: searchRoot)
    case OcclusionMethod.name: return try occlusion(black: black)
    default:
      let plain: [any AttributionMethod] = [
        GradientMethod(), SensitivityMethod(), GradientInputMethod(), DeconvnetMethod(), GuidedBackpropMethod(),
      ]
      return plain.first { type(of: $0).name == method }!
    }
  }

  private func refuseStray() throws {
    let given: [(String, Bool, [String])] = [
      ("--samples", samples != nil, [SmoothGradMethod.name]),
      ("--noise-level", noiseLevel != nil, [SmoothGradMethod.name]),
      ("--noise-seed", noiseSeed != nil, [SmoothGradMethod.name]),
      ("--noise", noise != nil, [SmoothGradMethod.name]),
      ("--steps", steps != nil, [IntegratedGradientsMethod.name]),
      (
        "--reference", reference != nil, [IntegratedGradientsMethod.name, TaylorMethod.name, OcclusionMethod.name]
      ),
      ("--search-root", searchRoot, [TaylorMethod.name]),
      ("--window", window != nil, [OcclusionMethod.name]), ("--stride", stride != nil, [OcclusionMethod.name]),
      ("--occlude", occlude != nil, [OcclusionMethod.name]),
    ]
    for (option, isGiven, methods) in given where isGiven && !methods.contains(method) {
      throw CommandError("\(option) belongs to --method \(methods.joined(separator: " or ")), not \(method)")
    }
  }

  private func noiseChoice() throws -> SmoothGradMethod.Noise {
    guard let noise else {
      return .normal(
        samples: try positive(samples ?? 50, "--samples"), level: noiseLevel ?? 0.1, seed: noiseSeed ?? 1)
    }
    guard samples == nil, noiseLevel == nil, noiseSeed == nil else {
      throw CommandError("--noise gives the noise itself; leave out --samples, --noise-level and --noise-seed")
    }
    let tensor = try NumPyArray(path: noise).tensor
    guard tensor.shape.rank > 1, tensor.count > 0 else {
      throw CommandError("\(noise): expected shape [n, C, H, W], found \(tensor.shape)")
    }
    return .given(tensor)
  }

  private func occlusion(black: [Float]) throws -> OcclusionMethod {
    let window = try positive(window ?? 16, "--window")
    let stride = try positive(stride ?? max(window / 2, 1), "--stride")
    guard stride <= window else {
      throw CommandError("--stride \(stride): larger than the window of \(window); pixels between would be left out")
    }
    guard let mode = OcclusionMethod.Mode(rawValue: occlude ?? OcclusionMethod.Mode.hidden.rawValue) else {
      throw CommandError("--occlude \(occlude ?? ""): expected hidden or isolated")
    }
    guard ["zero", "black", nil].contains(reference) else {
      throw CommandError("--reference \(reference ?? ""): occlusion fills with zero or black")
    }
    return OcclusionMethod(window: window, stride: stride, mode: mode, fill: reference == "black" ? black : [0])
  }

  /// The reference image, nil for zero.
  private func image(_ network: Network, black: [Float]) throws -> Tensor? {
    let shape = network.inputShape
    switch reference ?? "zero" {
    case "zero": return nil
    case "black":
      let area = shape.count / shape[0]
      return Tensor(shape: shape, scalars: black.flatMap { Array(repeating: $0, count: area) })
    case let path:
      guard path.hasSuffix(".npy") else {
        throw CommandError("--reference \(path): expected zero, black or a .npy file")
      }
      let tensor = try NumPyArray(path: path).tensor
      guard tensor.shape == shape else { throw CommandError("\(path): expected shape \(shape), found \(tensor.shape)") }
      return tensor
    }
  }

  private func positive(_ number: Int, _ option: String) throws -> Int {
    guard number > 0 else { throw CommandError("\(option) \(number): expected a positive number") }
    return number
  }
}
