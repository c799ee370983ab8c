import Compute
import RelevancePropagation

/// LRP with its composite, or a baseline: one of them explains all images of a command.
enum ExplanationMethod {
  case relevancePropagation(Explainer)
  case baseline(BaselineExplainer)

  /// - Parameter network: canonized, so that the explainers find nothing left to fold.
  init(
    _ network: Network, _ preprocessing: Preprocessing, preset: Preset, baseline: (any AttributionMethod)?,
    targets: TargetOptions.Choice, keeping: PropagationOptions.Keeping, engine: Engine
  ) throws {
    guard let baseline else {
      self = .relevancePropagation(
        try Explainer(
          network, composite: preset, low: preprocessing.low, high: preprocessing.high, on: engine,
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
      try BaselineExplainer(network, method: baseline, at: targets.layer, on: engine))
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

  /// The targets of one image, `[C, H, W]`, each explained.
  func explain(_ image: Tensor, _ targets: TargetOptions.Choice) throws -> [(explanation: Explanation, suffix: String)]
  {
    var chosen: [(target: Target, suffix: String)] = []
    let choose: (Scores) throws -> [Target] = { scores in
      chosen = try targets.choose(scores)
      return chosen.map(\.target)
    }
    let images = Tensor.stack([image])
    let explanations =
      switch self {
      case .relevancePropagation(let explainer): try explainer.explain(images, targets: choose)[0]
      case .baseline(let explainer): try explainer.explain(images, targets: choose)[0]
      }
    return zip(explanations, chosen).map { ($0, $1.suffix) }
  }
}
