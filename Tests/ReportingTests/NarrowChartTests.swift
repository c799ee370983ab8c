import Foundation
import Testing

@testable import Reporting

@Suite("Charts for narrow pages")
struct NarrowChartTests {
  private func chart(_ count: Int, isNarrow: Bool, base: Double? = nil) -> BandChart {
    BandChart(
      title: "t", horizontal: "h", vertical: "v",
      series: (0..<count).map { .init("method \($0)", [(0, 5, 0.5), (10, 4, 0.5)]) }, base: base, isNarrow: isNarrow)
  }

  @Test("narrow charts fit a phone whatever their curves are called; the names stand below")
  func narrow() {
    #expect(chart(6, isNarrow: true).picture.width <= 340)
    #expect(chart(6, isNarrow: false).picture.width > 500)
    let few = chart(1, isNarrow: true).picture.height
    #expect(chart(6, isNarrow: true).picture.height == few + 6 * 18)
  }

  @Test("a base belongs to the axis")
  func base() {
    #expect(chart(1, isNarrow: true, base: 0).picture.text.contains(">0</text>"))
    // The values alone begin at 3.5; the 0 there belongs to the horizontal axis.
    func zeros(_ base: Double?) -> Int {
      chart(1, isNarrow: true, base: base).picture.text.components(separatedBy: ">0</text>").count - 1
    }
    #expect(zeros(0) == 2 && zeros(nil) == 1)
  }
}
