import TestDevices
import Testing

@testable import RelevancePropagation

/// Translation averaging on an image of 2 × 2 pixels and one dense unit, by hand.
///
/// Weights w = (1, 2; 3, 4), no bias, LRP-0: R = w ∘ y for a copy y, whose score is Σ w ∘ y. The image is x = (1, 2; 3, 4).
/// Unmoved: y = x, score 30, R = (1, 4; 9, 16).
@Suite struct TranslationHandTests {
  private static let network = try! Network.chain(
    [
      ("flatten", Reshape.flatten),
      ("top", Dense(weight: Tensor(shape: [1, 4], scalars: [1, 2, 3, 4]), bias: nil)),
    ], input: [1, 2, 2])
  private let image = Tensor(shape: [1, 1, 2, 2], scalars: [1, 2, 3, 4])
  private let shifts = try! ShiftSet([.none, Shift(0, 1)])

  private func explain(
    _ image: Tensor, _ shifts: ShiftSet, border: TranslationBorder, divisor: TranslationDivisor = .total
  ) throws -> Explanation {
    let rules: [String: any Rule] = ["flatten": PassRule(), "top": ZeroRule(stabilizer: Stabilizer(0))]
    let explainer = try Explainer(
      canonized: Self.network, rules: RuleTable(rules, for: Self.network), on: TestDevice.engine)
    return try TranslationAverager(explainer, shifts: shifts, border: border, divisor: divisor, variance: true)
      .explain(image) { $0.topClass }[0]
  }

  @Test("moved right by one before zeros")
  func zero() throws {
    // y = (0, 1; 0, 3), score 2·1 + 4·3 = 14, R = (0, 2; 0, 12), moved back (2, ·; 12, ·).
    let total = try explain(image, shifts, border: .zero)
    #expect(total.relevance.scalars == [1.5, 2, 10.5, 8])  // (1 + 2)/2, 4/2, (9 + 12)/2, 16/2
    #expect(total.translation?.variance?.scalars == [0.25, 4, 2.25, 64])  // of (1, 2), (4, 0), (9, 12), (16, 0)
    let record = try #require(total.translation)
    #expect(record.copies.map(\.score) == [30, 14] && record.copies.map(\.relevance) == [30, 14])
    #expect(record.outside == 0 && record.coverage == 1...2)
    #expect(total.value == 22 && total.start == 22 && total.scores.logits == [30])
    // Pixels of the right column have one copy each.
    let coverage = try explain(image, shifts, border: .zero, divisor: .coverage)
    #expect(coverage.relevance.scalars == [1.5, 4, 10.5, 16])
    #expect(coverage.translation?.variance?.scalars == [0.25, 0, 2.25, 0])
    #expect(coverage.translation?.outside == 0)
  }

  @Test("what lies on the border is left out of the map and told")
  func outside() throws {
    // Edge: y = (1, 1; 3, 3), R = (1, 2; 9, 12); of it (2; 12) comes back, 1 + 9 stays outside.
    let edge = try explain(image, shifts, border: .edge)
    #expect(edge.relevance.scalars == [1.5, 2, 10.5, 8])
    #expect(edge.translation?.copies.map(\.score) == [30, 24] && edge.translation?.outside == 5)
    #expect(try explain(image, shifts, border: .edge, divisor: .coverage).translation?.outside == 5)
    // Low 2: y = (2, 1; 2, 3), R = (2, 2; 6, 12), 2 + 6 outside.
    let low = try explain(image, shifts, border: .low([2]))
    #expect(low.relevance.scalars == [1.5, 2, 10.5, 8] && low.translation?.outside == 4)
    #expect(low.translation?.copies.map(\.score) == [30, 22])
  }

  @Test("copies cut out of a larger image show what is there")
  func crop() throws {
    // Source (9, 1, 2, 8; 7, 3, 4, 6): moved right by one y = (9, 1; 7, 3), R = (9, 2; 21, 12), 9 + 21 outside.
    let source = Tensor(shape: [1, 1, 2, 4], scalars: [9, 1, 2, 8, 7, 3, 4, 6])
    let found = try explain(source, shifts, border: .crop)
    #expect(found.relevance.scalars == [1.5, 2, 10.5, 8])
    #expect(found.translation?.copies.map(\.score) == [30, 44] && found.translation?.outside == 15)
    // Moved left by one y = (2, 8; 4, 6), R = (2, 16; 12, 24): (·, 2; ·, 12) comes back.
    let left = try explain(source, ShiftSet([Shift(0, -1)]), border: .crop)
    #expect(left.relevance.scalars == [0, 2, 0, 12] && left.translation?.copies.map(\.score) == [54])
  }

  @Test("a pixel that no shift covers has relevance and variance 0")
  func uncovered() throws {
    let found = try explain(image, ShiftSet([Shift(0, 1)]), border: .zero, divisor: .coverage)
    #expect(found.relevance.scalars == [2, 0, 12, 0] && found.translation?.variance?.scalars == [0, 0, 0, 0])
    #expect(found.translation?.coverage == 0...1)
  }

  @Test("the variance of large numbers that differ little keeps its digits")
  func largeMean() throws {
    // Scores 10⁴ times as large: R of pixel 0 is 10⁴·(1, 2), of pixel 1 (4, 0)·10⁴; squares would need 9 digits.
    let large = Tensor(shape: [1, 1, 2, 2], scalars: [10001, 10000, 10000, 10000])
    let found = try explain(large, ShiftSet([.none, Shift(0, 1)]), border: .edge, divisor: .coverage)
    // Pixel 0: 1·10001 and, from column 1 of (10001, 10001; …), 2·10001. Pixel 2: 3·10⁴ and 4·10⁴.
    #expect(found.translation?.variance?.scalars == [10001 * 10001 / 4, 0, 2.5e7, 0])
  }

  @Test("a copy whose scores are not finite is named")
  func nonFinite() throws {
    let error = #expect(throws: TranslationError.self) {
      try explain(image, shifts, border: .low([.infinity]))
    }
    #expect(error?.description.contains("the copy moved by (0, 1): its scores are NaN or infinite") == true)
  }
}
