import Foundation
import Testing

@testable import RelevancePropagation

/// What the pages show is what is compiled and run.
@Suite struct DocumentationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  /// The fenced blocks of a language.
  private func blocks(_ language: String, of page: String) throws -> [String] {
    try text(page).components(separatedBy: "```\(language)\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0] + "\n"
    }
  }

  @Test("the page Add a rule shows the files that are compiled")
  func addARule() throws {
    let shown = try blocks("swift", of: "Documentation/AddARule.md")
    for file in ["HalfRule.swift", "HalfRuleTests.swift"] {
      let compiled = try text("Tests/RelevancePropagationTests/Documentation/\(file)")
      #expect(shown.contains(compiled), "Documentation/AddARule.md does not show \(file) as it is")
    }
  }

  @Test("the page's rule is made by name, and every layer that can carries it")
  func halfRule() throws {
    let rule = try #require(
      try Rules.make("half", ["share": 0.25], among: Rules.all + [HalfRule.self]) as? HalfRule)
    #expect(rule.label == "half(share 0.25, stabilizer ±1e-06)")
    for small in SmallNetwork.all(biased: true, seed: 3) {
      let found = try DeviceRun(
        small.network, rules: RuleSet(rule: rule).rules(for: small.network), images: SmallNetwork.images(1, seed: 4))
      for layer in found.relevance.ledger!.layers {
        #expect(abs(layer.other(0)) <= 2e-5 * max(layer.magnitude[0], abs(layer.outgoing[0])), "\(layer.node)")
      }
    }
  }

  @Test("the composite of the page Composites is read and resolved")
  func composite() throws {
    let block = try #require(try blocks("json", of: "Documentation/Composites.md").first)
    let file = try CompositeFile(Data(block.utf8), path: "mine.json")
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    let table = try file.preset().composite(for: network, low: [-1, -1, -1], high: [1, 1, 1]).resolve(for: network)
    let labels = ["conv1_1", "conv1_2", "pool1", "conv2_1", "pool2", "fc6", "fc7"].map { table[$0].brief }
    #expect(
      labels == [
        "box", "gamma 0.5", "winner-takes-all first", "epsilon ±(0.0 + 0.25 rms z)", "p-norm 2.0", "epsilon ±1e-06",
        "zero ±1e-06",
      ])
  }

  @Test("every rule has a page, every profile and composite its line")
  func pages() throws {
    for rule in Rules.all {
      let page = try text("Documentation/Rules/\(rule.name).md")
      #expect(page.contains("`\(rule.name)`"), "\(rule.name)")
    }
    let profiles = try text("Documentation/Profiles.md")
    for profile in Profile.all { #expect(profiles.contains("`\(profile.name)`"), "\(profile.name)") }
    let composites = try text("Documentation/Composites.md")
    for preset in Preset.all { #expect(composites.contains("`\(preset.name)`"), "\(preset.name)") }
    for type in UnsupportedLayer.supported { #expect(composites.contains(type), "\(type)") }
  }

  @Test("the pages stand alone: no path leads out of the repository")
  func standAlone() throws {
    let folder = Self.root.appending(path: "Documentation")
    let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
    for file in files where file.hasSuffix(".md") {
      let page = try text("Documentation/\(file)")
      #expect(!page.contains("../shared/"), "\(file)")
    }
  }
}
