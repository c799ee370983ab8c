import RelevancePropagation
import Synchronization

/// What a scan has written, strip by strip.
final class Summary: Sendable {
  private struct Written: Sendable {
    var strips: [StripPlace] = []
    var totals = ScanTotals()
    var unreadable: [PixelRectangle] = []
  }

  private let written = Mutex(Written())

  var count: Int { written.withLock { $0.strips.count } }

  func add(_ strip: StripSummary) {
    written.withLock { written in
      written.strips.append(strip.place)
      written.totals.add(strip.totals)
      for rectangle in strip.unreadable where !written.unreadable.contains(rectangle) {
        written.unreadable.append(rectangle)
      }
    }
  }

  func outcome(isComplete: Bool, _ progress: ScanProgress) -> ScanOutcome {
    written.withLock {
      ScanOutcome(
        isComplete: isComplete, strips: $0.strips, totals: $0.totals, unreadable: $0.unreadable, progress: progress)
    }
  }
}

/// What remains of a strip when it is written.
struct StripSummary: Sendable {
  let place: StripPlace
  let totals: ScanTotals
  let unreadable: [PixelRectangle]

  init(_ strip: ScannedStrip) {
    place = strip.place
    totals = ScanTotals(strip.windows)
    unreadable = strip.unreadable
  }
}
