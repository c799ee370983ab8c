import Foundation
import Testing

@testable import Evaluation
@testable import RelevancePropagation

/// Maps that can be judged, their order, and scores of a map alone.
@Suite struct MapTests {
  @Test("a map is the sum over the channels")
  func channels() throws {
    let map = try RelevanceMap(Tensor(shape: [2, 1, 3], scalars: [1, 2, 3, 10, 20, 30]))
    #expect(map.values == [11, 22, 33])
    #expect((map.height, map.width) == (1, 3))
    #expect(map.negated.values == [-11, -22, -33])
  }

  @Test("NaN, infinity and zeros alone are refused, with the place")
  func bad() throws {
    for value in [Float.nan, .infinity, -.infinity] {
      let error = #expect(throws: EvaluationError.self) {
        try RelevanceMap(Tensor(shape: [2, 2, 2], scalars: [0, 1, 2, 3, 4, 5, value, 7]))
      }
      #expect(error?.description.contains("channel 1, row 1, column 0") == true)
    }
    let zero = #expect(throws: EvaluationError.self) { try RelevanceMap(Tensor(repeating: 0, shape: [1, 2, 2])) }
    #expect(zero?.description.contains("every pixel is 0") == true)
    #expect(throws: EvaluationError.self) { try RelevanceMap(Tensor(shape: [2, 1, 1], scalars: [3e38, 3e38])) }
    #expect(throws: EvaluationError.self) { try RelevanceMap(Tensor(shape: [4], scalars: [1, 2, 3, 4])) }
  }

  @Test("ranks are those of a stable sort, for any numbers")
  func ranking() {
    var random = SplitMix64(seed: 5)
    for _ in 0..<20 {
      // Bits drawn at random are numbers of all sizes; a third of them repeats.
      var values = (0..<500).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
        .map { $0.isFinite ? $0 : 0 }
      for index in stride(from: 0, to: 500, by: 3) { values[index] = values[Int(random.next() % 500)] }
      values[7] = -0.0
      values[9] = 0.0
      let indices = values.indices.map { Int32($0) }
      #expect(
        Ranking.descending(values)
          == indices.sorted { (-values[Int($0)], $0) < (-values[Int($1)], $1) })
      #expect(Ranking.ascending(values) == indices.sorted { (values[Int($0)], $0) < (values[Int($1)], $1) })
    }
    #expect(Ranking.descending([2.0, 3, 3, -1] as [Double]) == [1, 2, 0, 3])
    #expect(Ranking.ascending([2.0, 3, 3, -1] as [Double]) == [3, 0, 1, 2])
  }

  @Test("a random order has every index once and is its seed's alone")
  func randomOrder() {
    let order = Ranking.random(100, seed: 4)
    #expect(order.sorted() == (0..<100).map { Int32($0) })
    #expect(order == Ranking.random(100, seed: 4))
    #expect(order != Ranking.random(100, seed: 5))
  }

  @Test("a random map is finite, of both signs, and its seed's alone")
  func randomMap() {
    let map = RelevanceMap.random(height: 30, width: 40, seed: 1)
    #expect(map.values.allSatisfy { $0 >= -1 && $0 < 1 })
    #expect(abs(map.values.reduce(0, +) / 1200) < 0.1)
    #expect(map == RelevanceMap.random(height: 30, width: 40, seed: 1))
    #expect(map != RelevanceMap.random(height: 30, width: 40, seed: 2))
  }

  @Test("Gini index: 0 for equal shares, 1 - 1/n for one pixel, by hand between")
  func gini() throws {
    let equal = try RelevanceMap(Tensor(shape: [2, 2], scalars: [1, -1, 1, 1]))
    #expect(GiniIndex().value(of: equal) == 0)
    let one = try RelevanceMap(Tensor(shape: [2, 2], scalars: [0, 0, -5, 0]))
    #expect(GiniIndex().value(of: one) == 0.75)
    // |R| = 1, 2, 3: (1*(2-4) + 2*(4-4) + 3*(6-4)) / (3*6) = 4/18
    let some = try RelevanceMap(Tensor(shape: [1, 3], scalars: [3, -1, 2]))
    #expect(abs(GiniIndex().value(of: some) - 4.0 / 18) < 1e-15)
  }

  @Test("entropy: ln n for equal shares, 0 for one pixel, by hand between")
  func entropy() throws {
    let equal = try RelevanceMap(Tensor(shape: [2, 2], scalars: [1, -1, 1, 1]))
    #expect(abs(HeatmapEntropy().value(of: equal) - log(4)) < 1e-15)
    let one = try RelevanceMap(Tensor(shape: [2, 2], scalars: [0, 0, -5, 0]))
    #expect(HeatmapEntropy().value(of: one) == 0)
    // shares 1/4, 3/4
    let some = try RelevanceMap(Tensor(shape: [1, 2], scalars: [1, -3]))
    #expect(abs(HeatmapEntropy().value(of: some) - (0.25 * log(4) + 0.75 * log(4.0 / 3))) < 1e-15)
  }

  @Test("Spearman's correlation: 1 and -1, ties by mean ranks, no order no number")
  func spearman() throws {
    #expect(try RankCorrelation.spearman([1, 5, 9, 100], [-3, 0, 2, 7]) == 1)
    #expect(try RankCorrelation.spearman([1, 5, 9, 100], [3, 2, 1, -10]) == -1)
    #expect(RankCorrelation.ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
    // ranks 1 2.5 2.5 4 and 1 3 2 4: cov 4.5, variances 4.5 and 5
    #expect(abs(try RankCorrelation.spearman([0, 1, 1, 2], [0, 2, 1, 3]) - 4.5 / (4.5 * 5.0).squareRoot()) < 1e-15)
    #expect(throws: EvaluationError.self) { try RankCorrelation.spearman([1, 1, 1], [1, 2, 3]) }
  }
}
