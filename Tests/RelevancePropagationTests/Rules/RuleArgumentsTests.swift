import Testing

@testable import RelevancePropagation

/// Rules from a name and parameters.
@Suite struct RuleArgumentsTests {
  @Test("every rule reads back from its own parameters")
  func roundTrip() throws {
    for rule in RuleSamples.all(channels: 3) {
      let values = Dictionary(uniqueKeysWithValues: rule.parameters.map { ($0.name, RuleValue.text($0.value)) })
      let again = try Rules.make(type(of: rule).name, values)
      #expect(again.label == rule.label)
      #expect("\(again)" == "\(rule)")
    }
  }

  @Test("every rule has defaults, the box from the input's bounds")
  func defaults() throws {
    for type in Rules.all {
      #expect(throws: Never.self) { try Rules.make(type.name, low: [0], high: [1]) }
    }
    let error = #expect(throws: RuleArgumentError.self) { try Rules.make("box") }
    #expect(error?.description == "rule box: no low; give one number, or one per channel")
  }

  @Test(
    "what does not fit is named, with what would",
    arguments: [
      ("gamma", ["gama": 1], "rule gamma: no parameter gama; there are gamma, bias, stabilizer"),
      ("gamma", ["gamma": "much"], "rule gamma: gamma much; expected a number"),
      ("gamma", ["gamma": -1], "rule gamma: gamma -1.0; expected a number of at least 0.0"),
      (
        "alpha-beta", ["bias": "half"], "rule alpha-beta: bias half; expected split, none, full, distribute"
      ),
      ("alpha-beta", ["alpha": 2, "beta": 2], "rule alpha-beta: beta 2.0; expected alpha − 1 = 1.0"),
      ("pass", ["epsilon": 1], "rule pass: no parameter epsilon; it has none"),
      (
        "epsilon", ["epsilon": "0.25mean"],
        "rule epsilon: epsilon 0.25mean; expected 0.1, +0.1, 0:1e-7, 0.25rms or 1e-9+0.25std"
      ),
      ("epsilon", ["epsilon": -1], "rule epsilon: epsilon -1.0; expected 0.1, +0.1, 0:1e-7, 0.25rms or 1e-9+0.25std"),
      ("box", ["low": "a", "high": 1], "rule box: low a; expected numbers"),
    ] as [(String, [String: RuleValue], String)])
  func refusals(_ name: String, _ values: [String: RuleValue], _ message: String) {
    let error = #expect(throws: RuleArgumentError.self) { try Rules.make(name, values) }
    #expect(error?.description == message)
  }

  @Test("an unknown rule lists all names")
  func unknown() {
    let error = #expect(throws: RuleArgumentError.self) { try Rules.make("gama") }
    #expect(error?.description.hasPrefix("rules: no rule \"gama\"; there are zero, epsilon, gamma, ") == true)
  }

  @Test(
    "stabilizers read as they are written",
    arguments: [
      ("0.1", Stabilizer(0.1)), ("±1e-06", Stabilizer(1e-6)), ("+1e-9", Stabilizer(1e-9, sign: .positive)),
      ("0:1e-7", Stabilizer(1e-7, sign: .atZero)), ("0.25rms", Stabilizer(0, relative: 0.25)),
      ("+(1e-09 + 0.25 rms z)", Stabilizer(1e-9, relative: 0.25, sign: .positive)),
      ("1e-9+0.5std", Stabilizer(1e-9, relative: 0.5, statistic: .deviation)), ("1e+05", Stabilizer(1e5)),
    ])
  func stabilizers(_ text: String, _ expected: Stabilizer) {
    #expect(Stabilizer(text) == expected)
    #expect(Stabilizer(expected.description) == expected)
  }

  @Test("no stabilizer", arguments: ["", "+", "x", "0.1+0.2", "1rms+1std", "-1", "nan", "inf", "1+2+3"])
  func noStabilizer(_ text: String) { #expect(Stabilizer(text) == nil) }
}
