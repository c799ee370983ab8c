import Testing

@testable import Evaluation
@testable import RelevancePropagation

/// Scores of a map against a mask, by hand.
@Suite struct LocalisationTests {
  //  R            mask
  //  4 -1  0      1 1 0
  //  2  1 -2      1 0 0
  private let map = try! RelevanceMap(Tensor(shape: [2, 3], scalars: [4, -1, 0, 2, 1, -2]))
  private let mask = try! RelevanceMask(height: 2, width: 3, inside: [true, true, false, true, false, false])

  @Test("outside over inside is the ratio of means, signed or of the positive part")
  func ratio() throws {
    // inside 4 - 1 + 2 = 5 over 3 pixels; outside 0 + 1 - 2 = -1 over 3
    #expect(try abs(OutsideInsideRatio().value(of: map, in: mask) - -1.0 / 5) < 1e-15)
    // inside 6, outside 1
    #expect(try abs(OutsideInsideRatio(of: .positive).value(of: map, in: mask) - 1.0 / 6) < 1e-15)
  }

  @Test("the inside share keeps signs, and may be weighted by size")
  func share() throws {
    #expect(try InsideShare().value(of: map, in: mask) == 5.0 / 4)
    #expect(try InsideShare(isSizeWeighted: true).value(of: map, in: mask) == 5.0 / 4 * 2)
  }

  @Test("mass accuracy counts positive relevance alone")
  func mass() throws { #expect(try RelevanceMassAccuracy().value(of: map, in: mask) == 6.0 / 7) }

  @Test("rank accuracy is the share of the top pixels that are inside")
  func rank() throws {
    // top three: 4, 2, 1, of which two are inside
    #expect(try RelevanceRankAccuracy().value(of: map, in: mask) == 2.0 / 3)
    // all equal: the lower indices come first, of which two are inside
    let flat = try RelevanceMap(Tensor(shape: [2, 3], scalars: Array(repeating: 1, count: 6)))
    #expect(try RelevanceRankAccuracy().value(of: flat, in: mask) == 2.0 / 3)
  }

  @Test("the pointing game takes any maximum, and pixels within the tolerance")
  func pointing() throws {
    #expect(try PointingGame().value(of: map, in: mask) == 1)
    let away = try RelevanceMap(Tensor(shape: [2, 3], scalars: [0, 0, 0, 0, 0, 3]))
    #expect(try PointingGame().value(of: away, in: mask) == 0)
    // From (1, 2) the nearest pixel of the mask is (0, 1), at a distance of sqrt 2.
    #expect(try PointingGame(tolerance: 1).value(of: away, in: mask) == 0)
    #expect(try PointingGame(tolerance: 1.5).value(of: away, in: mask) == 1)
    let tied = try RelevanceMap(Tensor(shape: [2, 3], scalars: [0, 0, 3, 3, 0, 0]))
    #expect(try PointingGame().value(of: tied, in: mask) == 1)
  }

  @Test("boxes are masks")
  func boxes() throws {
    let mask = try RelevanceMask(
      height: 3, width: 4, boxes: [.init(x: 1, y: 0, width: 2, height: 1), .init(x: 3, y: 1, width: 1, height: 2)])
    #expect(
      mask.inside == [
        false, true, true, false,
        false, false, false, true,
        false, false, false, true,
      ])
    #expect(mask.count == 4)
  }

  @Test(
    "a box that is empty or leaves the image is refused",
    arguments: [
      RelevanceMask.Box(x: 0, y: 0, width: 0, height: 1), .init(x: -1, y: 0, width: 2, height: 1),
      .init(x: 3, y: 0, width: 2, height: 1), .init(x: 0, y: 2, width: 1, height: 2),
      .init(x: .max, y: 0, width: 1, height: 1),
    ])
  func badBox(_ box: RelevanceMask.Box) {
    #expect(throws: EvaluationError.self) { try RelevanceMask(height: 3, width: 4, boxes: [box]) }
  }

  @Test("an empty mask, one of another size, and one without an outside say so")
  func badMasks() throws {
    let empty = #expect(throws: EvaluationError.self) {
      try RelevanceMask(height: 2, width: 3, inside: Array(repeating: false, count: 6))
    }
    #expect(empty?.description.contains("the mask is empty") == true)
    let other = try RelevanceMask(height: 3, width: 2, inside: Array(repeating: true, count: 6))
    for score in LocalisationScores.all() {
      let error = #expect(throws: EvaluationError.self) { try score.value(of: map, in: other) }
      #expect(error?.description.contains("3 × 2") == true, "\(score.name)")
      #expect(error?.description.contains("2 × 3") == true, "\(score.name)")
    }
    let full = try RelevanceMask(height: 2, width: 3, inside: Array(repeating: true, count: 6))
    #expect(throws: EvaluationError.self) { try OutsideInsideRatio().value(of: map, in: full) }
  }

  @Test("scores that divide by nothing say so")
  func undefined() throws {
    let negative = map.negated
    let cancelling = try RelevanceMap(Tensor(shape: [2, 3], scalars: [1, 0, 0, -1, 2, -2]))
    #expect(throws: EvaluationError.self) { try OutsideInsideRatio().value(of: cancelling, in: mask) }
    #expect(throws: EvaluationError.self) { try InsideShare().value(of: cancelling, in: mask) }
    let none = try RelevanceMap(Tensor(shape: [2, 3], scalars: [-1, -1, 0, -1, 0, 0]))
    #expect(throws: EvaluationError.self) { try RelevanceMassAccuracy().value(of: none, in: mask) }
    #expect(try OutsideInsideRatio(of: .positive).value(of: negative, in: mask) == 2.0)
  }
}
