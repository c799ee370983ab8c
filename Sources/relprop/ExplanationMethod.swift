import Compute
import RelevancePropagation

/// LRP with its composite, or a baseline: one of them explains all images of a command.
enum ExplanationMethod {
  case relevancePropagation(Explainer)
  case baseline(BaselineExplainer)

  /// - Parameters:
  ///   - network: canonized, so that the explainers find nothing left to fold.
  ///   - batch: images, or a baseline's variants of one image, that the device computes at once.
  init(
    _ network: Network, _ preprocessing: Preprocessing, preset: Preset, baseline: (any AttributionMethod)?,
    targets: TargetOptions.Choice, keeping: PropagationOptions.Keeping, batch: Int, engine: Engine
  ) throws {
    guard let baseline else {
      self = .relevancePropagation(
        try Explainer(
          network, composite: preset, low: preprocessing.low, high: preprocessing.high, on: engine, batch: batch,
          options: .init(targets: targets.count, keeping: keeping, filters: targets.filters)))
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
    case .baseline(let explainer): explainer.network
    }
  }

  /// Nil for a baseline.
  var rules: RuleTable? {
    if case .relevancePropagation(let explainer) = self { explainer.rules } else { nil }
  }

  var label: String {
    switch self {
    case .relevancePropagation: MethodOptions.relevancePropagation
    case .baseline(let explainer): explainer.method.label
    }
  }

  /// Every target of every image, `[C, H, W]` each, with what it adds to the names of the image's files.
  func explain(
    _ images: [Tensor], _ targets: TargetOptions.Choice
  ) throws -> [[(explanation: Explanation, suffix: String)]] {
    var suffixes: [[String]] = []
    let choose: (Scores) throws -> [Target] = { scores in
      let chosen = try targets.choose(scores)
      suffixes.append(FileNames.distinct(chosen.map(\.suffix)))
      return chosen.map(\.target)
    }
    let stack = Tensor.stack(images)
    let explanations =
      switch self {
      case .relevancePropagation(let explainer): try explainer.explain(stack, targets: choose)
      case .baseline(let explainer): try explainer.explain(stack, targets: choose)
      }
    return zip(explanations, suffixes).map { Array(zip($0, $1)) }
  }
}
