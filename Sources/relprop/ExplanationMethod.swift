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
  ///   - overlapping: whether a batch may be begun while another is computed; moved copies and variants are made in between.
  init(
    _ network: Network, _ preprocessing: Preprocessing, preset: Preset, baseline: (any AttributionMethod)?,
    translation: TranslationOptions.Choice?, targets: TargetOptions.Choice, keeping: PropagationOptions.Keeping,
    batch: Int, overlapping: Bool = false, engine: Engine
  ) throws {
    guard let baseline else {
      let explainer = try Explainer(
        network, composite: preset, low: preprocessing.low, high: preprocessing.high, on: engine, batch: batch,
        options: .init(targets: targets.count, keeping: keeping, filters: targets.filters),
        overlapping: overlapping && translation == nil)
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

  /// Whether a batch that is ready should be begun before the explanations of the one before it are asked for.
  var overlaps: Bool {
    switch self {
    case .relevancePropagation(let explainer): explainer.overlaps
    case .translated, .baseline: false
    }
  }

  /// The explanations of one image's targets, with what each adds to the names of the image's files.
  typealias OfImage = [(explanation: Explanation, suffix: String)]

  /// Begins to explain every target of every image, `[C, H, W]` each; what it returns waits for the explanations.
  ///
  /// - Parameter progress: told how many further copies of a translation average are done.
  func begin(
    _ images: [Preprocessor.Input], _ targets: TargetOptions.Choice, progress: @escaping (Int) -> Void
  ) throws -> () throws -> [OfImage] {
    let stack = Tensor.stack(images.map { $0.surroundings ?? $0.tensor })
    let choose: (Scores) throws -> [Target] = { try targets.choose($0).map(\.target) }
    let explanations: () throws -> [[Explanation]]
    switch self {
    case .relevancePropagation(let explainer):
      let pending = try explainer.begin(stack, targets.choice(images: images.count))
      explanations = { try pending.explanations() }
    case .translated(let averager):
      explanations = { try averager.explain(stack, targets: choose, progress: progress) }
    case .baseline(let explainer): explanations = { try explainer.explain(stack, targets: choose) }
    }
    return {
      try explanations().map { explanations in
        Array(zip(explanations, FileNames.distinct(try targets.choose(explanations[0].scores).map(\.suffix))))
      }
    }
  }
}
