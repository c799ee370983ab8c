import Evaluation
import RelevancePropagation
import Testing

@testable import relprop_bench

/// The experiments' arithmetic, by hand.
@Suite struct StatisticsTests {
  @Test("a distribution has mean, deviation, extremes and median")
  func distribution() {
    // Mean 5, squares of the differences 9 1 1 1 0 0 4 16: variance 32 / 8 = 4.
    let one = Distribution([2, 4, 4, 4, 5, 5, 7, 9])
    #expect(one.count == 8 && one.mean == 5 && one.deviation == 2)
    #expect((one.smallest, one.median, one.largest) == (2, 4.5, 9))
    #expect(abs(one.standardError - 2 / 7.0.squareRoot()) < 1e-12)
  }

  @Test("a difference of pairs is a claim's verdict only beyond two standard errors")
  func verdicts() {
    // Differences 1 1 1 3: mean 1.5, deviation √0.75, standard error 0.5; 1.5 > 1.
    let larger = PairedDifference([2, 3, 4, 7], [1, 2, 3, 4])
    #expect(larger.difference.mean == 1.5 && larger.shareLarger == 1)
    #expect(abs(larger.difference.standardError - 0.5) < 1e-12)
    #expect(larger.verdict == .holds)
    #expect(PairedDifference([1, 2, 3, 4], [2, 3, 4, 7]).verdict == .fails)
    // Differences 1 −1 1 −1: nobody can tell. All the same: neither is larger.
    #expect(PairedDifference([2, 1, 2, 1], [1, 2, 1, 2]).verdict == .open)
    #expect(PairedDifference([1, 2], [1, 2]).verdict == .open)
    // One image tells nothing about the others.
    #expect(PairedDifference([2], [1]).verdict == .open)
  }

  @Test("the negative share counts magnitudes")
  func negativeShare() throws {
    // 3 of 1 + 3 + 2.
    let map = try RelevanceMap(Tensor(shape: [2, 2], scalars: [1, -3, 2, 0]))
    #expect(NegativeRelevance.share(map) == 0.5)
  }

  @Test("numbers are written with a true minus sign and without a negative zero")
  func numbers() {
    #expect(NumberText.fixed(-0.25, 2) == "−0.25")
    #expect(NumberText.fixed(-0.001, 2) == "0.00")
    #expect(NumberText.signed(0.5, 1) == "+0.5")
    #expect(NumberText.signed(-0.5, 1) == "−0.5")
    #expect(NumberText.signed(0.01, 1) == "0.0")
    #expect(NumberText.percent(0.1234) == "12.3 %")
  }
}
