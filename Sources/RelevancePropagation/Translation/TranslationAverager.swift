/// Averages the heatmaps of slightly moved copies of an image, each moved back: what depends on where the pixel grid of the
/// network happens to lie goes, what the image shows stays.
///
///     R(x) = Σ_t U_t(LRP(S_t x)) / D
///
/// S_t moves the image by t = (dy, dx): (S_t x)[i, j] = x[i − dy, j − dx]; what it shows where the image has no pixels is the
/// `border`. U_t moves the heatmap back exactly: (U_t R)[i, j] = R[i + dy, j + dx], 0 where that lies outside. D is the
/// `divisor`. Source: Montavon, Samek and Müller, *Methods for Interpreting and Understanding Deep Neural Networks* (2018),
/// "Translation trick for denoising heatmaps".
///
/// ```swift
/// let averager = try TranslationAverager(explainer, shifts: .grid(5))
/// let explanation = try averager.explain(images) { $0.topClass }[0]
/// ```
/// **What is explained** is chosen once, from the scores of the image itself, for all its copies; the relevance of a copy starts
/// from the copy's own score. Copies are made, explained, moved back and added on the device; map, variance and scores come down.
/// Every number sees the same operations in the same order, so that results do not depend on the explainer's batch, and
/// the shift (0, 0) alone gives the plain explanation, bit for bit.
public final class TranslationAverager {
  public let explainer: Explainer
  public let shifts: ShiftSet
  public let border: TranslationBorder
  public let divisor: TranslationDivisor
  /// Pixels that images must be larger by on each side than the network's input: 0 but for `TranslationBorder.crop`.
  public let margin: Extent
  private let sums: ShiftedSums
  private let coverage: [Int]

  /// - Parameters:
  ///   - explainer: explains `explainer.batch` copies in one pass.
  ///   - variance: whether the variance of each pixel over the shifts is kept too.
  /// - Throws: `TranslationError` for a shift that leaves nothing of the image, a border of other channels than the image's, and
  ///   an explainer that keeps layers, whose relevance lies elsewhere in every copy; `ComputeError`.
  public init(
    _ explainer: Explainer, shifts: ShiftSet, border: TranslationBorder = .edge, divisor: TranslationDivisor = .total,
    variance: Bool = false
  ) throws {
    let input = explainer.network.inputShape
    try shifts.check(for: input)
    guard case .inputOnly = explainer.options.keeping else {
      throw TranslationError(
        "relevance of layers between cannot be averaged over moved copies, where every unit sees another part of the image; "
          + "keep the input's alone")
    }
    if case .low(let values) = border, values.count != input[0] {
      throw TranslationError("a border of \(values.count) channels, expected \(input[0]) as the network reads")
    }
    self.explainer = explainer
    self.shifts = shifts
    self.border = border
    self.divisor = divisor
    margin = Self.margin(of: shifts, border.name)
    coverage = shifts.coverage(height: input[1], width: input[2])
    let fill: [Float]? =
      switch border {
      case .edge, .crop: nil
      case .zero: Array(repeating: 0, count: input[0])
      case .low(let values): values
      }
    let divisors = coverage.map { Float(divisor == .total ? shifts.shifts.count : $0) }
    sums = try ShiftedSums(
      shape: input, images: Self.images(shifts: shifts.shifts.count, batch: explainer.batch),
      targets: explainer.options.targets, margin: margin, fill: fill, divisors: divisors,
      countsOutside: divisor == .total, variance: variance, copies: explainer.batch, on: explainer.engine)
  }

  /// How much larger than the network's input images must be on each side.
  public static func margin(of shifts: ShiftSet, _ border: TranslationBorder.Name) -> Extent {
    border == .crop ? shifts.margin : Extent(0)
  }

  /// Images of one group: as many as fill a batch with their copies.
  private static func images(shifts: Int, batch: Int) -> Int { max(batch / shifts, 1) }

  /// Bytes on the device beside the explainer's own.
  ///
  /// - Parameters:
  ///   - input: shape of the network's input.
  ///   - batch: copies explained in one pass.
  public static func bytes(
    shifts: ShiftSet, border: TranslationBorder.Name, variance: Bool, input: Shape, targets: Int, batch: Int
  ) -> Int {
    ShiftedSums.bytes(
      shape: input, images: images(shifts: shifts.shifts.count, batch: batch), targets: targets,
      margin: margin(of: shifts, border), variance: variance)
  }

  /// Explains one class of every image.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`, any N; larger by `margin` on each side.
  ///   - choosing: the class to explain, from the scores of the image itself.
  /// - Throws: as `explain(_:targets:progress:)`.
  public func explain(_ images: Tensor, choosing: (Scores) throws -> Int) throws -> [Explanation] {
    try explain(images, targets: { [.class(try choosing($0), explainer.classStart)] }).map { $0[0] }
  }

  /// Explains several targets of every image.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`, any N; larger by `margin` on each side.
  ///   - targets: from the scores of the image itself; as many as the explainer's options say, all at the scores or at one layer.
  ///   - progress: is told how many further copies are done.
  /// - Returns: per image, one explanation a target: the averaged relevance, the means of the copies' values, starts and ledgers,
  ///   the scores of the image itself, and a `translation`.
  /// - Throws: what `targets` throws; `TranslationError` where images have another shape or a copy's scores are not finite;
  ///   `TargetError`; `RelevanceError`; `ComputeError`.
  public func explain(
    _ images: Tensor, targets: (Scores) throws -> [Target], progress: (Int) -> Void = { _ in }
  ) throws -> [[Explanation]] {
    let input = explainer.network.inputShape
    let expected = Shape([input[0], input[1] + 2 * margin.vertical, input[2] + 2 * margin.horizontal])
    guard images.shape.rank == 4, Array(images.shape.extents.dropFirst()) == expected.extents else {
      throw TranslationError("expected images [N, C, H, W] of \(expected), found \(images.shape)")
    }
    var results: [[Explanation]] = []
    for first in stride(from: 0, to: images.shape[0], by: sums.images) {
      let group = (first..<min(first + sums.images, images.shape[0])).map { images[$0] }
      results += try explainGroup(group, targets: targets, progress: progress)
    }
    return results
  }

  private func explainGroup(
    _ images: [Tensor], targets: (Scores) throws -> [Target], progress: (Int) -> Void
  ) throws -> [[Explanation]] {
    let clock = ContinuousClock()
    let begin = clock.now
    try sums.load(.stack(images))
    let scores = try ownScores(images.count)
    var seconds = (forward: (clock.now - begin) / .seconds(1), backward: 0.0)
    var tallies = try scores.map { TranslationTally(scores: $0, targets: try targets($0)) }
    for tally in tallies { try explainer.check(tally.targets) }
    let count = shifts.shifts.count
    for start in stride(from: 0, to: images.count * count, by: explainer.batch) {
      let copies = (start..<min(start + explainer.batch, images.count * count)).map {
        (image: $0 / count, index: $0 % count, shift: shifts.shifts[$0 % count])
      }
      for (place, copy) in copies.enumerated() {
        try sums.copy(copy.image, moved: copy.shift, to: place, of: explainer.input)
      }
      let batch = try explain(copies.map { ($0.image, $0.shift) }, tallies)
      let entries = copies.count * explainer.options.targets
      let totals = try batch.relevance.map { try sums.totals(of: $0, entries: entries) }
      for (place, copy) in copies.enumerated() {
        if let relevance = batch.relevance {
          try sums.add(relevance, copy: place, of: copy.image, movedBy: copy.shift, isFirst: copy.index == 0)
        }
        tallies[copy.image].add(batch, copy: place, movedBy: copy.shift, totals: totals)
      }
      seconds.forward += batch.forwardSeconds
      seconds.backward += batch.backwardSeconds
      progress(copies.count)
    }
    // No relevance reaches the input under some rules: no copy has been added.
    let finished = tallies.allSatisfy(\.reachesInput) ? try sums.finished(images: images.count) : nil
    return tallies.enumerated().map { image, tally in
      tally.explanations(
        maps: finished?.maps, variances: finished?.variances, image: image, of: self, coverage: coverage,
        seconds: seconds)
    }
  }

  /// Scores of the group's images themselves.
  private func ownScores(_ images: Int) throws -> [Scores] {
    var scores: [Scores] = []
    for first in stride(from: 0, to: images, by: explainer.batch) {
      let range = first..<min(first + explainer.batch, images)
      for image in range { try sums.copy(image, moved: .none, to: image - first, of: explainer.input) }
      scores += try explainer.scoreInput(count: range.count)
    }
    return scores
  }

  private func explain(_ copies: [(image: Int, shift: Shift)], _ tallies: [TranslationTally]) throws -> ExplainedBatch {
    do {
      return try explainer.explainInput(count: copies.count, .given(copies.map { tallies[$0.image].targets }))
    } catch let error as ScoresError {
      throw TranslationError("the copy moved by \(copies[error.image].shift): its scores are NaN or infinite")
    }
  }
}
