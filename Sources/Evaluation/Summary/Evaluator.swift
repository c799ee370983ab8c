import Compute
import RelevancePropagation

/// Judges the maps of a group of images by all scores of a plan, the removals of all images at once on the device.
public final class Evaluator {
  public let plan: EvaluationPlan
  private let runner: RemovalRunner

  /// - Parameters:
  ///   - low: what black becomes, per channel (`Preprocessing.low`); `high` likewise.
  ///   - batch: perturbed images in one pass.
  /// - Throws: `EvaluationError` where the network's images are too small for the plan; what `RemovalRunner` throws.
  public init(
    _ plan: EvaluationPlan, of network: Network, low: [Float], high: [Float], on engine: Engine, batch: Int = 64
  ) throws {
    try plan.check(for: network.inputShape)
    self.plan = plan
    runner = try RemovalRunner(network, low: low, high: high, on: engine, batch: batch)
  }

  /// What the network says of images.
  public func scores(_ images: [Tensor]) throws -> [Scores] { try runner.scores(images) }

  /// The scores of one map for every image.
  ///
  /// - Parameters:
  ///   - maps: one an image.
  ///   - continuity: moves and explains the images, for methods that explain.
  /// - Throws: `EvaluationError` where an image or a mask does not fit; `ComputeError`.
  public func evaluate(
    _ maps: [RelevanceMap], of images: [EvaluatedImage], continuity: ContinuityRunner? = nil
  ) throws -> [EvaluationResult] {
    precondition(maps.count == images.count, "\(maps.count) maps of \(images.count) images")
    var results = try zip(maps, images).map { map, image in
      var result = EvaluationResult()
      for score in SparsityScores.all { result.scores[score.name] = score.value(of: map) }
      if let mask = image.mask {
        try mask.requireFit(map)
        for score in plan.localisation { try result.set(score.name) { try score.value(of: map, in: mask) } }
      }
      if let continuity {
        try result.set(EvaluationPlan.continuity) {
          try continuity.continuity(of: image.tensor, class: image.target).largest
        }
        if let absolute = result.scores[EvaluationPlan.continuity] {
          let magnitude = map.values.reduce(0.0) { $0 + Double(abs($1)) }
          result.scores[EvaluationPlan.relativeContinuity] = absolute / magnitude
        } else {
          result.undefined[EvaluationPlan.relativeContinuity] = result.undefined[EvaluationPlan.continuity]
        }
      }
      return result
    }
    for removal in plan.removals {
      for (index, curve) in try curves(removal, maps, images).enumerated() {
        results[index].curves[removal.name] = .init(logits: curve.logits, probabilities: curve.probabilities)
        if case .random = removal.order { continue }
        results[index].scores[EvaluationPlan.aopc(removal)] = AOPC.value(curve.logits)
        results[index].scores[EvaluationPlan.area(removal)] = AreaUnderCurve.value(curve.probabilities)
      }
    }
    if let edge = plan.selectivityEdge {
      for (index, curve) in try curves(Selectivity.removal(edge: edge), maps, images).enumerated() {
        results[index].scores[EvaluationPlan.selectivity(edge)] = Selectivity.value(curve)
      }
    }
    if plan.usesTenPixels {
      for end in TenPixelExperiment.End.allCases {
        let experiment = TenPixelExperiment(end)
        for (index, curve) in try curves(experiment.removal, maps, images).enumerated() {
          results[index].scores[EvaluationPlan.tenPixels(end)] = experiment.change(curve)
        }
      }
    }
    return results
  }

  private func curves(_ removal: Removal, _ maps: [RelevanceMap], _ images: [EvaluatedImage]) throws -> [RemovalCurve] {
    let entries = try zip(maps, images).enumerated().map { index, pair in
      try RemovalEntry(image: index, key: pair.1.key, map: pair.0, removal: removal, target: pair.1.target)
    }
    return try runner.curves(entries, of: images.map { RemovalImage($0.tensor, key: $0.key) }, removal)
  }
}
