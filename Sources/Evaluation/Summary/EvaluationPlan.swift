import RelevancePropagation

/// Which scores are computed, with all that decides their values.
public struct EvaluationPlan: Sendable, Hashable, Codable {
  /// Curves; those in a random order are told but judge no map.
  public var removals: [Removal]
  /// Edge of the patches that selectivity removes; nil leaves it out.
  public var selectivityEdge: Int?
  public var usesTenPixels: Bool
  /// How images move for continuity; fewer than two leave it out.
  public var shifts: [Shift]
  /// Of the pointing game, in pixels of the network's input.
  public var pointingTolerance: Double

  public init(
    removals: [Removal], selectivityEdge: Int? = nil, usesTenPixels: Bool = true, shifts: [Shift] = [],
    pointingTolerance: Double = PointingGame.torchRayTolerance
  ) {
    (self.removals, self.selectivityEdge, self.usesTenPixels) = (removals, selectivityEdge, usesTenPixels)
    (self.shifts, self.pointingTolerance) = (shifts, pointingTolerance)
  }

  /// - Throws: `EvaluationError` where images of this shape are too small for what is asked.
  public func check(for input: Shape) throws {
    guard input.rank == 3 else {
      throw EvaluationError("the network reads \(input); only networks that read images [C, H, W] can be evaluated")
    }
    for removal in removals { _ = try removal.steps(height: input[1], width: input[2]) }
    guard !usesTenPixels || input[1] * input[2] >= 2 * TenPixelExperiment.pixels else {
      throw EvaluationError(
        "the experiment of the \(TenPixelExperiment.pixels) highest and the \(TenPixelExperiment.pixels) lowest pixels needs "
          + "\(2 * TenPixelExperiment.pixels), and images of \(input[2]) × \(input[1]) have \(input[1] * input[2])")
    }
    if removals.count != Set(removals.map(\.name)).count {
      throw EvaluationError("two removals are the same: \(removals.map(\.name).joined(separator: "; "))")
    }
  }

  /// All scores in the order of tables; those of masks where images have some.
  public func scores(withMasks: Bool) -> [Score] {
    let removed = removals.flatMap { removal -> [Score] in
      switch removal.order {
      case .mostRelevantFirst:
        [
          Score(name: Self.aopc(removal), group: .faithfulness, better: .higher),
          Score(name: Self.area(removal), group: .faithfulness, better: .lower),
        ]
      case .leastRelevantFirst:
        [
          Score(name: Self.aopc(removal), group: .faithfulness, better: .lower),
          Score(name: Self.area(removal), group: .faithfulness, better: .higher),
        ]
      case .random: []
      }
    }
    let selective = selectivityEdge.map {
      Score(name: Self.selectivity($0), group: .faithfulness, better: .lower)
    }
    let ten =
      usesTenPixels
      ? TenPixelExperiment.End.allCases.map {
        // Told and not ranked by: on photographs a random map "wins" (Documentation/Evaluation.md).
        Score(name: Self.tenPixels($0), group: .experiment, better: nil)
      } : []
    let localised =
      withMasks
      ? localisation.map { Score(name: $0.name, group: .localisation, better: $0.better) } : []
    let continuous =
      shifts.count > 1
      ? [
        Score(name: Self.continuity, group: .continuity, better: nil),
        Score(name: Self.relativeContinuity, group: .continuity, better: .lower),
      ] : []
    let sparse = SparsityScores.all.map { Score(name: $0.name, group: .sparsity, better: $0.better) }
    return removed + [selective].compactMap(\.self) + localised + continuous + sparse + ten
  }

  var localisation: [any LocalisationScore] { LocalisationScores.all(tolerance: pointingTolerance) }

  // Names of scores. AOPC is of the score before the softmax, the area of the probability: two views of one curve.
  static func aopc(_ removal: Removal) -> String { "AOPC: \(removal.name)" }
  static func area(_ removal: Removal) -> String { "area under p: \(removal.name)" }
  static func selectivity(_ edge: Int) -> String { "selectivity: patches of \(edge)" }
  static func tenPixels(_ end: TenPixelExperiment.End) -> String { "change of p: ten \(end.rawValue) negated" }
  static let continuity = "continuity"
  static let relativeContinuity = "continuity, over ‖R‖₁"
}
