import ArgumentParser
import RelevancePropagation

/// Which rule each layer gets, and whose conventions hold.
struct CompositeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Which rule each layer gets: \(Preset.all.map(\.name).joined(separator: ", ")), a rule's name for all layers, \
      or a .json file. Parameters behind a colon: epsilon_gamma_box:gamma=0.5,epsilon=0.1.
      """, valueName: "composite"))
  var composite = "seed"

  @Option(
    help: ArgumentHelp(
      """
      Whose conventions hold where nothing is said (stabilizers, biases, poolings): \
      \(Profile.all.map(\.name).joined(separator: ", ")). Default: the composite's own.
      """, valueName: "package"))
  var profile: String?

  func preset() throws -> Preset {
    try Preset.named(composite, profile: try profile.map { try Profile.named($0) })
  }
}
