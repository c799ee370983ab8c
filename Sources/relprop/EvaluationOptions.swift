import ArgumentParser
import Evaluation
import RelevancePropagation

/// Which scores, of what.
struct EvaluationOptions: ParsableArguments {
  @Option(name: .customLong("method"), help: ArgumentHelp(EvaluatedMethodText.help, valueName: "name"))
  var methods: [String] = []

  @Option(
    help: ArgumentHelp(
      "Whose conventions hold in composites: \(Profile.all.map(\.name).joined(separator: ", ")).", valueName: "package")
  )
  var profile: String?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("Explain this class of every image. Default: its top class.", valueName: "class"))
  var classText: String?

  @Option(help: ArgumentHelp("What is removed: pixel, patch, or both.", valueName: "names"))
  var units = "pixel,patch"

  @Option(help: ArgumentHelp("Edge of a patch, in pixels of the network's input.", valueName: "pixels"))
  var patch = 8

  @Option(help: ArgumentHelp("Pixels removed in a step.", valueName: "number"))
  var pixelsPerStep = 1

  @Option(help: ArgumentHelp("Steps of a removal (100); of patches no more than there are.", valueName: "number"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      """
      Order of removals: most, least, random. Default: most,least; of single pixels most alone, since a few of the least \
      relevant change nothing that could be told from noise.
      """, valueName: "names"))
  var orders: String?

  @Option(
    help: ArgumentHelp(
      """
      What stands in the place of what is removed: zero (the mean colour), low (black), mean, negation, inversion, uniform, \
      blur. Single pixels of extreme values are noise that misleads networks wherever it lies: take zero, mean or blur.
      """,
      valueName: "names"))
  var replacements = "zero"

  @Option(
    help: ArgumentHelp("Deviation of the replacement blur, in pixels of the network's input.", valueName: "pixels"))
  var blur: Float = 5

  @Option(
    help: ArgumentHelp(
      "Continuity: images move by -N ... N columns; 0 leaves it out.", valueName: "N"))
  var shifts = 3

  @Option(help: ArgumentHelp("Tolerance of the pointing game, in pixels of the network's input.", valueName: "pixels"))
  var tolerance = PointingGame.torchRayTolerance

  @Option(
    help: ArgumentHelp(
      """
      Boxes of the things in the images: {"photo.jpg": [{"x": 1, "y": 2, "width": 30, "height": 40}]}, in the photograph's \
      pixels. Without it NAME_mask.png beside an image is its mask, white inside.
      """, valueName: "file"))
  var boxes: String?

  @Flag(help: "Look at no masks.")
  var noMasks = false

  @Option(
    help: ArgumentHelp(
      "Randomise the network's weights layer by layer and correlate the maps: none, cascading, independent, both.",
      valueName: "mode"))
  var randomization = "none"

  @Option(
    help: ArgumentHelp(
      "How many of the images, the first ones, are explained by randomised networks.", valueName: "number"))
  var randomizationImages = 8

  @Option(
    help: ArgumentHelp("Of everything that is drawn at random: orders, noise, maps, weights.", valueName: "number"))
  var seed: UInt64 = 1

  func validate() throws {
    for (name, value) in [("--patch", patch), ("--pixels-per-step", pixelsPerStep), ("--steps", steps ?? 1)]
    where value < 1 {
      throw ValidationError("\(name) \(value): expected at least 1")
    }
    guard shifts >= 0, tolerance >= 0, tolerance.isFinite, blur > 0, blur.isFinite, randomizationImages > 0 else {
      throw ValidationError("--shifts, --tolerance, --blur and --randomization-images are not negative")
    }
    if boxes != nil, noMasks { throw ValidationError("--boxes and --no-masks exclude each other") }
  }

  func evaluated(black: [Float]) throws -> [EvaluatedMethod] {
    try EvaluatedMethodText.methods(
      methods.isEmpty ? EvaluatedMethodText.standard : methods, profile: try profile.map { try Profile.named($0) },
      black: black, seed: seed)
  }

  /// What is computed of images `[C, H, W]`.
  /// - Throws: `CommandError` for a name that is not known; `EvaluationError` where the images are too small.
  func plan(for input: Shape) throws -> EvaluationPlan {
    let chosen = try orders.map { try Self.list($0, "--orders", ["most", "least", "random"]) }
    let replacements = try Self.list(replacements, "--replacements", Self.replacementNames)
    let removals = try Self.list(units, "--units", ["pixel", "patch"]).flatMap { unit in
      try (chosen ?? (unit == "pixel" ? ["most"] : ["most", "least"])).flatMap { order in
        try replacements.map { try removal(unit, order, $0, input) }
      }
    }
    let plan = EvaluationPlan(
      removals: removals, selectivityEdge: patch,
      shifts: shifts == 0 ? [] : (-shifts...shifts).map { Shift(0, $0) }, pointingTolerance: tolerance)
    try plan.check(for: input)
    return plan
  }

  private static let replacementNames = ["zero", "low", "mean", "negation", "inversion", "uniform", "blur"]

  private func removal(_ unit: String, _ order: String, _ replacement: String, _ input: Shape) throws -> Removal {
    let order: RemovalOrder =
      order == "most" ? .mostRelevantFirst : order == "least" ? .leastRelevantFirst : .random(seed: seed)
    let replacements: [String: Replacement] = [
      "zero": .zero, "low": .low, "mean": .mean, "negation": .negation, "inversion": .inversion,
      "uniform": .uniform(seed: seed), "blur": .blur(deviation: blur),
    ]
    guard unit == "patch" else {
      return Removal(.pixel, order, replacements[replacement]!, steps: steps ?? 100, unitsPerStep: pixelsPerStep)
    }
    let unit = RemovalUnit.patch(edge: patch)
    let count = input.rank == 3 ? unit.count(height: input[1], width: input[2]) : 1
    // Asked for, a number of steps is meant; the usual one is cut to what there is.
    return Removal(unit, order, replacements[replacement]!, steps: steps ?? min(100, count))
  }

  /// The modes of randomisation.
  var randomizations: [WeightRandomization] {
    get throws {
      switch randomization {
      case "none": return []
      case "both": return WeightRandomization.Mode.allCases.map { WeightRandomization($0, seed: seed) }
      default:
        guard let mode = WeightRandomization.Mode(rawValue: randomization) else {
          throw CommandError("--randomization \(randomization): expected none, cascading, independent or both")
        }
        return [WeightRandomization(mode, seed: seed)]
      }
    }
  }

  private static func list(_ text: String, _ option: String, _ known: [String]) throws -> [String] {
    let names = text.split(separator: ",").map(String.init)
    for name in names where !known.contains(name) {
      throw CommandError("\(option) \(text): \(name) is not known; there are \(known.joined(separator: ", "))")
    }
    guard !names.isEmpty, Set(names).count == names.count else {
      throw CommandError("\(option) \(text): expected names separated by commas, each once")
    }
    return names
  }
}
