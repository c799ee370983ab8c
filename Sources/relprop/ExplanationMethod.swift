import Compute
import Imaging
import RelevancePropagation

/// LRP with its composite, plain or averaged over moved copies, or a baseline: one of them explains all images of a command.
enum ExplanationMethod {
  case relevancePropagation(Explainer)
  case translated(TranslationAverager)
  case baseline(BaselineExplainer)

  /// - Parameters:
  ///   - network: canonized, so that the explainers find nothing left to fold.
  ///   - translation: what is averaged, if anything is; checked before.
  ///   - batch: images, their moved copies, or a baseline's variants of one image, that the device computes at once.
  init(
    _ network: Network, _ preprocessing: Preprocessing, preset: Preset, baseline: (any AttributionMethod)?,
    translation: TranslationOptions.Choice?, targets: TargetOptions.Choice, keeping: PropagationOptions.Keeping,
    batch: Int, engine: Engine
  ) throws {
    guard let baseline else {
      let explainer = try Explainer(
        network, composite: preset, low: preprocessing.low, high: preprocessing.high, on: engine, batch: batch,
        options: .init(targets: targets.count, keeping: keeping, filters: targets.filters))
      self =
        try translation.map {
          .translated(
            try TranslationAverager(
              explainer, shifts: $0.shifts, border: $0.border(preprocessing), divisor: $0.divisor, variance: $0.variance
            ))
        } ?? .relevancePropagation(explainer)
      return
    }
    let name = type(of: baseline).name
    guard targets.filters.isEmpty else { throw CommandError("--filter: \(name) propagates no relevance to filter") }
    if case .inputOnly = keeping {
    } else {
      throw CommandError("--save-layers: \(name) has relevance at the input alone")
    }
    self = .baseline(
      try BaselineExplainer(network, method: baseline, at: targets.layer, on: engine, batch: batch))
  }

  var network: Network {
    switch self {
    case .relevancePropagation(let explainer): explainer.network
    case .translated(let averager): averager.explainer.network
    case .baseline(let explainer): explainer.network
    }
  }

  /// Nil for a baseline.
  var rules: RuleTable? {
    switch self {
    case .relevancePropagation(let explainer): explainer.rules
    case .translated(let averager): averager.explainer.rules
    case .baseline: nil
    }
  }

  var label: String {
    switch self {
    case .relevancePropagation, .translated: MethodOptions.relevancePropagation
    case .baseline(let explainer): explainer.method.label
    }
  }

  /// Every target of every image, `[C, H, W]` each, with what it adds to the names of the image's files.
  ///
  /// - Parameter progress: told how many further copies of a translation average are done.
  func explain(
    _ images: [Preprocessor.Input], _ targets: TargetOptions.Choice, progress: (Int) -> Void
  ) throws -> [[(explanation: Explanation, suffix: String)]] {
    var suffixes: [[String]] = []
    let choose: (Scores) throws -> [Target] = { scores in
      let chosen = try targets.choose(scores)
      suffixes.append(FileNames.distinct(chosen.map(\.suffix)))
      return chosen.map(\.target)
    }
    let stack = Tensor.stack(images.map { $0.surroundings ?? $0.tensor })
    let explanations =
      switch self {
      case .relevancePropagation(let explainer): try explainer.explain(stack, targets: choose)
      case .translated(let averager): try averager.explain(stack, targets: choose, progress: progress)
      case .baseline(let explainer): try explainer.explain(stack, targets: choose)
      }
    return zip(explanations, suffixes).map { Array(zip($0, $1)) }
  }
}
