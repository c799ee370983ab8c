import Foundation
import Testing

@testable import relprop_bench

@Suite struct SpreadTests {
  @Test("median and quartiles by linear interpolation, in any order")
  func quartiles() {
    let odd = Spread([5, 1, 3, 2, 4])
    #expect((odd.lowerQuartile, odd.median, odd.upperQuartile) == (2, 3, 4))
    // Position 0.25 · 3 = 0.75: a quarter of the way back from 2.
    let even = Spread([4, 2, 1, 3])
    #expect((even.lowerQuartile, even.median, even.upperQuartile) == (1.75, 2.5, 3.25))
    #expect(Spread([7]).upperQuartile == 7)
    #expect(Spread([0.001, 0.003]).scaled(by: 0.5).milliseconds == "1.00 (0.75–1.25)")
  }

  @Test("one untimed run, then as many as asked for")
  func repetitions() {
    var runs = 0
    let values = Timing(repetitions: 5, seconds: 60).collect { () -> Int in
      runs += 1
      return runs
    }
    #expect(values == [2, 3, 4, 5, 6])
  }

  @Test("when time is over three runs are enough")
  func limit() {
    #expect(Timing(repetitions: 100, seconds: 0).collect { 1 }.count == 3)
    #expect(Timing(repetitions: 1, seconds: 0).collect { 1 }.count == 1)
  }

  @Test("the peak of memory is read from the system's text")
  func peak() throws {
    #expect(ResidentMemory.peak(in: "Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t   1024 kB\nVmRSS:\t 3 kB\n") == 1 << 20)
    #expect(ResidentMemory.peak(in: "Name:\tx\n") == nil)
    #expect(try #require(ResidentMemory.peak) > 1 << 20)
  }

  @Test("a request survives its own JSON, and keys left out are the defaults")
  func requests() throws {
    let decoder = JSONDecoder()
    guard case .load(let work) = try decoder.decode(ServeRequest.self, from: Data(#"{"load":{"batch":8}}"#.utf8)) else {
      Issue.record("not a load")
      return
    }
    #expect(work == Work(batch: 8))
    var full = Work(.forward, composite: "epsilon_plus", batch: 2, targets: 3, ledger: true)
    full.profile = "captum"
    guard
      case .load(let back) = try decoder.decode(ServeRequest.self, from: JSONEncoder().encode(ServeRequest.load(full)))
    else {
      Issue.record("not a load")
      return
    }
    #expect(back == full)
  }
}
