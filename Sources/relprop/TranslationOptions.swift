import ArgumentParser
import RelevancePropagation

/// Whether and how heatmaps of moved copies are averaged.
struct TranslationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Average the heatmaps of moved copies of the image: 5, a grid of 5 x 5 shifts, or random:N.", valueName: "shifts")
  )
  var translate: String?

  @Option(help: ArgumentHelp("Pixels of the network between the shifts of a grid (1).", valueName: "pixels"))
  var translateStep: Int?

  @Option(help: ArgumentHelp("Most pixels of a random shift, along each axis (3).", valueName: "pixels"))
  var translateReach: Int?

  @Option(help: ArgumentHelp("Seed of the random shifts.", valueName: "number"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "What a copy shows where the image has no pixels: edge (the nearest), zero (in the network's input: the mean colour), "
        + "low (black), or crop (copies are cut out of a larger resize, nothing is missing). Default: edge.",
      valueName: "border"))
  var translateBorder: TranslationBorder.Name?

  @Option(
    help: ArgumentHelp(
      "What the sum of the heatmaps is divided by: total (the number of shifts) or coverage (per pixel the number of shifts "
        + "that cover it). Default: total.", valueName: "divisor"))
  var translateDivisor: TranslationDivisor?

  @Flag(help: "Also write NAME.variance.npy, the variance of each pixel over the shifts, and its picture.")
  var translateVariance = false

  /// What these options mean.
  struct Choice {
    var shifts: ShiftSet
    var border: TranslationBorder.Name
    var divisor: TranslationDivisor
    var variance: Bool

    /// Pixels the copies need around the network's input.
    var margin: Extent { TranslationAverager.margin(of: shifts, border) }

    /// Beside what explaining a batch of copies takes.
    func deviceBytes(input: Shape, targets: Int, batch: Int) -> Int {
      TranslationAverager.bytes(
        shifts: shifts, border: border, variance: variance, input: input, targets: targets, batch: batch)
    }

    func border(_ preprocessing: Preprocessing) -> TranslationBorder {
      switch border {
      case .edge: .edge
      case .zero: .zero
      case .low: .low(preprocessing.low)
      case .crop: .crop
      }
    }

    /// For the digest of the settings: everything that changes a result.
    var settings: [String] { [shifts.description, border.rawValue, divisor.rawValue, "variance \(variance)"] }
  }

  private static let reach = 3

  /// Nil where nothing is averaged.
  /// - Throws: `CommandError` for options that do not fit each other; `TranslationError` for shifts that cannot be.
  func choice() throws -> Choice? {
    guard let translate else {
      try refuse(
        [
          ("--translate-step", translateStep != nil), ("--translate-reach", translateReach != nil),
          ("--seed", seed != nil), ("--translate-border", translateBorder != nil),
          ("--translate-divisor", translateDivisor != nil), ("--translate-variance", translateVariance),
        ], "it belongs to --translate; say --translate 5, for instance")
      return nil
    }
    return Choice(
      shifts: try shifts(translate), border: translateBorder ?? .edge, divisor: translateDivisor ?? .total,
      variance: translateVariance)
  }

  private func shifts(_ text: String) throws -> ShiftSet {
    do {
      if let side = Int(text) {
        try refuse(
          [("--translate-reach", translateReach != nil), ("--seed", seed != nil)],
          "it belongs to --translate random:N; a grid is the same every time")
        return try .grid(side, step: translateStep ?? 1)
      }
      guard text.hasPrefix("random:"), let count = Int(text.dropFirst("random:".count)) else {
        throw CommandError(
          "--translate \(text): expected an odd number, such as 5 for a grid of 5 x 5 shifts, or random:N")
      }
      try refuse(
        [("--translate-step", translateStep != nil)], "it belongs to a grid; --translate-reach bounds random shifts")
      guard let seed else {
        throw CommandError("--translate \(text): say --seed NUMBER too, so that the shifts can be drawn again")
      }
      return try .random(count, reach: translateReach ?? Self.reach, seed: seed)
    } catch let error as TranslationError {
      throw CommandError("--translate \(text): \(error)")
    }
  }

  private func refuse(_ options: [(name: String, isGiven: Bool)], _ reason: String) throws {
    if let stray = options.first(where: \.isGiven) { throw CommandError("\(stray.name): \(reason)") }
  }

  /// What cannot be averaged, by name and with the reason.
  /// - Throws: `CommandError`, `TranslationError`.
  static func check(
    _ choice: Choice?, for network: Network, baseline: (any AttributionMethod)?, keeping: PropagationOptions.Keeping
  ) throws {
    guard let choice else { return }
    if let baseline {
      throw CommandError(
        "--translate with --method \(type(of: baseline).name): only LRP's heatmaps are averaged, which stay on the device; a "
          + "baseline attributes one image at a time and leaves nothing there; drop one of the two")
    }
    guard case .inputOnly = keeping else {
      throw CommandError(
        "--save-layers with --translate: a unit between sees another part of the image in every copy, so that relevance of "
          + "layers cannot be moved back exactly; drop one of the two")
    }
    try choice.shifts.check(for: network.inputShape)
  }
}

extension TranslationBorder.Name: ExpressibleByArgument {}
extension TranslationDivisor: ExpressibleByArgument {}
