import RelevancePropagation
import Testing

@testable import Scanning

/// Sums that do not depend on the order of their terms.
@Suite struct ExactSumTests {
  @Test("terms that a plain sum loses are there in the end")
  func cancellation() {
    var sum = ExactSum()
    for term in [1e100, 1, -1e100, 1e-30] { sum.add(term) }
    #expect(sum.value == 1)  // 1 + 1e-30, rounded
    sum.add(-1)
    #expect(sum.value == 1e-30)
    #expect(ExactSum().value == 0)
  }

  @Test("half way between two doubles the smallest part decides")
  func ties() {
    let half = 1.0.ulp / 2
    func sum(_ terms: Double...) -> Double {
      var sum = ExactSum()
      for term in terms { sum.add(term) }
      return sum.value
    }
    #expect(sum(1, half) == 1)  // to even
    #expect(sum(1, half, 1e-40) == 1.0.nextUp)
    #expect(sum(1.0.nextUp, half) == 1.0.nextUp.nextUp)
    #expect(sum(1.0.nextUp, half, -1e-40) == 1.0.nextUp)
  }

  @Test("any order, and any division into parts, gives the same bits")
  func order() {
    var random = SplitMix64(seed: 3)
    let terms = (0..<300).map { index in
      Double.random(in: -1..<1, using: &random) * [1e-9, 1, 1e7, 1e15][index % 4]
    }
    var sum = ExactSum()
    for term in terms { sum.add(term) }
    var reversed = ExactSum()
    for term in terms.reversed() { reversed.add(term) }
    #expect(sum.value == reversed.value)
    var (left, right) = (ExactSum(), ExactSum())
    for (index, term) in terms.enumerated() {
      if index % 3 == 0 { left.add(term) } else { right.add(term) }
    }
    right.add(left)
    #expect(right.value == sum.value)
    #expect(abs(sum.value - terms.reduce(0, +)) <= 300 * 1e15.ulp)
  }
}
