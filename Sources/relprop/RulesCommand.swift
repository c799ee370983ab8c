import ArgumentParser
import RelevancePropagation
import Reporting

/// `relprop rules`: the rules and composites by name.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "List the propagation rules and the composites that assign them.")

  func run() throws {
    print("Rules")
    let width = Rules.all.map { $0.name.count }.max() ?? 0
    for rule in Rules.all { print("  \(rule.name.padded(to: width))  \(rule.summary)") }
    print("\nComposites (explain --composite NAME)")
    let presets = Preset.all.map(\.name.count).max() ?? 0
    for preset in Preset.all { print("  \(preset.name.padded(to: presets))  \(preset.summary)") }
    print("\nProfiles (explain --profile NAME)")
    let profiles = Profile.all.map(\.name.count).max() ?? 0
    for profile in Profile.all { print("  \(profile.name.padded(to: profiles))  \(profile.summary)") }
  }
}
