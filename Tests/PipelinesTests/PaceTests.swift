import Pipelines
import Testing

/// Rate and time left.
@Suite struct PaceTests {
  @Test("Rate and time left are those of what was done")
  func line() {
    let pace = Pace(total: 1000)
    // 120 in 4.8 s are 25 a second; the other 880 take 35.2 s, told as 36.
    #expect(pace.line(120, after: 4.8) == "120 of 1000, 25 images/s, 0:36 left")
    #expect(pace.line(0, after: 3) == "0 of 1000")
    #expect(pace.line(1000, after: 50) == "1000 of 1000, 20 images/s, 0:00 left")
    #expect(Pace(total: 10_000).line(1, after: 32) == "1 of 10000, 0.0312 images/s, 88:52:48 left")
  }

  @Test("The bar is as full as the work is done")
  func bar() {
    let pace = Pace(total: 8)
    #expect(pace.bar(2, after: 4, width: 8) == "[##------] 2 of 8, 0.5 images/s, 0:12 left")
    #expect(pace.bar(8, after: 4, width: 8).hasPrefix("[########] 8 of 8"))
  }

  @Test("Times are hours, minutes and seconds", arguments: [(0.2, "0:01"), (61, "1:01"), (3723, "1:02:03")])
  func clock(seconds: Double, text: String) { #expect(Pace.clock(seconds) == text) }
}
