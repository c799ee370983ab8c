import Testing

@testable import RelevancePropagation

/// Which shifts there are, and what each leaves of an image.
@Suite struct ShiftSetTests {
  @Test("a grid goes row by row around the image itself")
  func grid() throws {
    #expect(try ShiftSet.grid(1).shifts == [.none])
    #expect(
      try ShiftSet.grid(3, step: 2).shifts == [
        Shift(-2, -2), Shift(-2, 0), Shift(-2, 2), Shift(0, -2), Shift(0, 0), Shift(0, 2), Shift(2, -2), Shift(2, 0),
        Shift(2, 2),
      ])
    let five = try ShiftSet.grid(5)
    #expect(five.shifts.count == 25 && five.shifts[12] == .none && five.margin == Extent(2))
    #expect(five.description == "grid 5 x 5, step 1")
  }

  @Test("random shifts are distinct, within reach, the same for a seed, and fewer begin more")
  func random() throws {
    let some = try ShiftSet.random(20, reach: 3, seed: 9)
    #expect(Set(some.shifts).count == 20)
    #expect(some.shifts.allSatisfy { abs($0.dy) <= 3 && abs($0.dx) <= 3 })
    #expect(try ShiftSet.random(20, reach: 3, seed: 9) == some)
    #expect(try ShiftSet.random(8, reach: 3, seed: 9).shifts == Array(some.shifts.prefix(8)))
    #expect(try ShiftSet.random(20, reach: 3, seed: 10).shifts != some.shifts)
    #expect(some.description == "20 random shifts of at most 3 pixels, seed 9")
    // All there are: every one once. Both signs of both axes come up.
    let all = try ShiftSet.random(49, reach: 3, seed: 1).shifts
    #expect(Set(all) == Set(try ShiftSet.grid(7).shifts))
  }

  @Test("random shifts are drawn evenly")
  func even() throws {
    // One of 9 shifts for each of 900 seeds: 100 ± 9.4 each; five deviations either way.
    var counts: [Shift: Int] = [:]
    for seed in 0..<900 {
      counts[try ShiftSet.random(1, reach: 1, seed: UInt64(seed)).shifts[0], default: 0] += 1
    }
    #expect(counts.count == 9 && counts.values.allSatisfy { (53...147).contains($0) }, "\(counts)")
  }

  @Test("sets that cannot be are refused with what to do")
  func refusals() throws {
    func message(_ make: () throws -> ShiftSet) -> String {
      do { return "none: \(try make())" } catch { return "\(error)" }
    }
    #expect(message { try .grid(0) }.contains("expected 1, 3, 5"))
    #expect(message { try .grid(-3) }.contains("expected 1, 3, 5"))
    #expect(message { try .grid(4) }.contains("take 3 or 5"))
    #expect(message { try .grid(3, step: 0) }.contains("expected 1 or more"))
    #expect(message { try .grid(3, step: -1) }.contains("expected 1 or more"))
    #expect(message { try .grid(5, step: .max) }.contains("more than can be meant"))
    #expect(message { try .grid(.max) }.contains("more than can be meant"))
    #expect(message { try .random(0, reach: 3, seed: 1) }.contains("expected at least 1"))
    #expect(message { try .random(50, reach: 3, seed: 1) }.contains("there are 49"))
    #expect(message { try .random(1, reach: 0, seed: 1) }.contains("expected 1 to"))
    #expect(message { try ShiftSet([]) }.contains("no shifts"))
    #expect(message { try ShiftSet([Shift(.min, 0)]) }.contains("no image is that large"))
  }

  @Test("a shift as large as the image is refused by name, one pixel less is not")
  func beyond() throws {
    let input: Shape = [3, 8, 6]
    try ShiftSet([Shift(-7, 5)]).check(for: input)
    for (shift, name) in [(Shift(8, 0), "(8, 0)"), (Shift(0, -6), "(0, -6)"), (Shift(-9, 9), "(-9, 9)")] {
      let error = try #require(throws: TranslationError.self) { try ShiftSet([.none, shift]).check(for: input) }
      #expect(error.description.contains("shift \(name): nothing is left of an image of 8 x 6"), "\(error)")
    }
    #expect(throws: TranslationError.self) { try ShiftSet.grid(1).check(for: [10]) }
  }

  @Test("coverage counts the shifts whose place lies inside, pixel by pixel")
  func coverage() throws {
    let sets: [ShiftSet] = [
      try .grid(5), try .random(17, reach: 6, seed: 3), try ShiftSet([Shift(3, -5), Shift(-7, 0), .none, .none]),
      try ShiftSet([Shift(40, -40)]),
    ]
    for set in sets {
      let (height, width) = (8, 6)
      let expected = (0..<height * width).map { pixel in
        set.shifts.count {
          (0..<height).contains(pixel / width + $0.dy) && (0..<width).contains(pixel % width + $0.dx)
        }
      }
      #expect(set.coverage(height: height, width: width) == expected, "\(set)")
    }
  }
}
