import Testing

@testable import RelevancePropagation

/// The test of the rule in Documentation/AddARule.md.
@Suite struct HalfRuleTests {
  @Test("half: z⁺ and flat in equal parts")
  func half() throws {
    // a = (2, −1), w = (3, −4), b = 0: contributions (6, 4). R = 10.
    // z⁺: (6, 4)/10·10 = (6, 4). Flat: (5, 5). Half of each: (5.5, 4.5).
    let layer = Dense(weight: Tensor(shape: [1, 2], scalars: [3, -4]), bias: nil)
    let found = try DeviceRun(
      .single(layer, input: [2]), rules: ["layer": HalfRule()],
      images: Tensor(shape: [1, 2], scalars: [2, -1]), start: Tensor(shape: [1, 1], scalars: [10]))
    expectClose(
      found.relevance.input.scalars, [5.5, 4.5],
      Origin(what: "half", shape: [2], seed: 0, filter: "HalfRuleTests"))
  }
}
