import Foundation
import Testing

@testable import RelevancePropagation

/// Composites as JSON: what is wrong is said with file, place and what was expected.
@Suite struct CompositeFileTests {
  private func file(_ text: String) throws -> CompositeFile { try CompositeFile(Data(text.utf8), path: "mine.json") }

  private func table(_ text: String, profile: Profile? = nil) throws -> RuleTable {
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    return try file(text).preset(profile: profile).composite(for: network, low: [-1, -1, -1], high: [1, 1, 1])
      .resolve(for: network)
  }

  private func assignment(_ layers: String, rule: String = "zero") -> String {
    """
    { "name": "x", "assignments": [ { "layers": \(layers), "rule": "\(rule)" },
      { "layers": { "type": ["convolution", "dense"] }, "rule": "flat" } ] }
    """
  }

  /// Names of the weighted layers the first assignment means.
  private func meant(_ layers: String) throws -> [String] {
    let table = try table(assignment(layers))
    return table.rules.filter { $0.value is ZeroRule }.keys.sorted()
  }

  @Test("layers are meant by type, name, number, band, first and last")
  func layers() throws {
    #expect(try meant(#"{ "type": "dense" }"#) == ["fc6", "fc7"])
    #expect(try meant(#"{ "name": ["conv1_2", "fc*"] }"#) == ["conv1_2", "fc6", "fc7"])
    #expect(try meant(#"{ "index": 2 }"#) == ["conv1_2"])
    #expect(try meant(#"{ "type": "convolution", "from": "conv1_2", "through": 5 }"#) == ["conv1_2", "conv2_1"])
    #expect(try meant(#"{ "type": "convolution", "through-pooling": 1 }"#) == ["conv1_1", "conv1_2"])
    #expect(try meant(#"{ "type": ["convolution", "dense"], "first": true }"#) == ["conv1_1"])
    #expect(try meant(#"{ "type": ["convolution", "dense"], "last": true }"#) == ["fc7"])
  }

  @Test("the profile of the file holds, and another one overrides it")
  func profile() throws {
    let text =
      #"{ "name": "x", "profile": "captum", "assignments": [ { "layers": {"type": ["convolution", "dense"]}, "rule": "gamma" } ] }"#
    #expect((try table(text)["conv1_1"] as? GammaRule)?.bias == .plain)
    #expect((try table(text, profile: .seed)["conv1_1"] as? GammaRule)?.bias == .favoured)
    #expect(try table(text, profile: .seed)["pool1"] is EpsilonRule)
  }

  @Test(
    "what is wrong is said with its place",
    arguments: [
      ("{", "mine.json: no valid JSON; see Documentation/Composites.md"),
      (#"{ "assignments": [] }"#, "mine.json: name is missing; add it"),
      (#"{ "name": 3, "assignments": [] }"#, "mine.json: name: expected a text"),
      (
        #"{ "name": "x", "rules": [], "assignments": [] }"#,
        "mine.json: unknown key \"rules\", there are name, profile, base, assignments; see Documentation/Composites.md"
      ),
      (
        #"{ "name": "x", "assignments": [ { "rule": "zero" } ] }"#,
        "mine.json: assignments[0]: layers is missing; add it"
      ),
      (
        #"{ "name": "x", "assignments": [ { "layers": {}, "rule": "zro" } ] }"#,
        "mine.json: assignments[0].rule: no rule \"zro\"; there are zero, epsilon"
      ),
      (
        #"{ "name": "x", "assignments": [ { "layers": { "type": "conv" }, "rule": "zero" } ] }"#,
        "mine.json: assignments[0].layers.type: no layer type \"conv\", there are convolution, dense"
      ),
      (
        #"{ "name": "x", "assignments": [ { "layers": { "typ": "dense" }, "rule": "zero" } ] }"#,
        "mine.json: assignments[0].layers: unknown key \"typ\", there are type, name, index"
      ),
      (
        #"{ "name": "x", "assignments": [ { "layers": {}, "rule": "gamma", "parameters": { "gamma": true } } ] }"#,
        "mine.json: assignments[0].parameters.gamma: expected a number, a text or a list of numbers"
      ),
      (
        #"{ "name": "x", "profile": "torch", "assignments": [] }"#,
        "mine.json: profile: no profile \"torch\"; there are seed"
      ),
      (
        #"{ "name": "x", "assignments": [ { "layers": {}, "rule": "gamma", "parameters": { "gama": 1 } } ] }"#,
        "mine.json: assignments[0]: rule gamma: no parameter gama; there are gamma, bias, stabilizer"
      ),
      (
        #"{ "name": "x", "assignments": [ { "layers": { "name": "conv9_*" }, "rule": "zero" } ] }"#,
        "mine.json: assignments[0].layers: no layer is named conv9_*; see relprop plan"
      ),
      (
        #"{ "name": "x", "assignments": [ { "layers": { "from": "fc9" }, "rule": "zero" } ] }"#,
        "mine.json: assignments[0].layers: there is no fc9 among the 12 nodes; see relprop plan"
      ),
    ])
  func refusals(_ text: String, _ message: String) {
    let error = #expect(throws: CompositeFileError.self) { try table(text) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test("a rule a layer cannot carry is refused with the layer's name; without the base, so is a layer without a rule")
  func network() throws {
    var error = #expect(throws: RuleError.self) { try table(assignment(#"{ "name": "fc6" }"#, rule: "p-norm")) }
    #expect(error?.description.hasPrefix("fc6: p-norm(p 2.0, stabilizer ±1e-06) at a dense: ") == true)
    error = #expect(throws: RuleError.self) {
      try table(
        #"{ "name": "x", "base": false, "assignments": [ { "layers": {"type": "convolution"}, "rule": "zero" } ] }"#)
    }
    #expect(error?.description == "relu1_1: no rule for a ReLU; assign one")
  }

  @Test("a file that is not there")
  func absent() {
    let error = #expect(throws: CompositeFileError.self) { try Preset.named("nowhere/mine.json") }
    #expect(error?.description == "nowhere/mine.json: cannot be read; check the path")
  }

  @Test("composites take parameters behind a colon; lists keep their commas")
  func parameters() throws {
    #expect(
      try Preset.parameters("gamma=0.5, low=[-1,-2]", of: "x") == ["gamma": .text("0.5"), "low": .text("[-1,-2]")])
    for (text, message) in [
      ("gamma", "composite x: \"gamma\" is no parameter; expected name=value, separated by commas"),
      ("gamma=1,gamma=2", "composite x: gamma is given twice; give it once"),
    ] {
      let error = #expect(throws: RuleArgumentError.self) { try Preset.parameters(text, of: "x") }
      #expect(error?.description == message)
    }
    let network = try SmallNetwork.vggLike(biased: true, seed: 1).canonized()
    let error = #expect(throws: RuleArgumentError.self) {
      try Preset.named("epsilon_plus:gamma=1").composite(for: network, low: [0], high: [1])
    }
    #expect(error?.description == "composite epsilon_plus: no parameter gamma; there are stabilizer, epsilon")
    let table = try Preset.named("box:low=[-1],high=4").composite(for: network, low: [0], high: [1]).resolve(
      for: network)
    #expect((table["conv1_1"] as? BoxRule)?.low == [-1])
  }
}
