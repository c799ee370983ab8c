@preconcurrency import Dispatch
import Testing

@testable import Pipelines

/// What threads hold must be let go while libdispatch still works on them.
@Suite struct CrewTests {
  /// Counts its ends.
  private final class Witness: Sendable {
    let ends: Counter
    init(_ ends: Counter) { self.ends = ends }
    deinit { ends.add(1) }
  }

  /// A timer, as the line of progress has one.
  private final class Clock: Sendable {
    let timer: any DispatchSourceTimer

    init() {
      timer = DispatchSource.makeTimerSource(queue: .global())
      timer.schedule(deadline: .now() + 100, repeating: 100)
      timer.setEventHandler {}
      timer.resume()
    }

    deinit { timer.cancel() }
  }

  @Test func `When all are joined nothing holds what the bodies held`() {
    for _ in 0..<50 {
      let (ends, isAlone) = (Counter(), Monitor(false))
      let crew: Crew = {
        let (body, end) = (Witness(ends), Witness(ends))
        return Crew(2, name: "holder") {
          isAlone.wait { $0 ? () : nil }
          _ = body.ends.value
        } atEnd: {
          _ = end.ends.value
        }
      }()
      isAlone.change { $0 = true }
      crew.join()
      #expect(ends.value == 2)
    }
  }

  @Test func `A thread may be the last to hold a timer`() {
    for _ in 0..<100 {
      let isAlone = Monitor(false)
      let crew: Crew = {
        let clock = Clock()
        return Crew(2, name: "timer") {
          // Leaves memory with the thread, for libdispatch to use again.
          DispatchQueue.concurrentPerform(iterations: 4) { _ in }
          isAlone.wait { $0 ? () : nil }
          _ = clock.timer.isCancelled
        }
      }()
      isAlone.change { $0 = true }
      crew.join()
    }
  }
}
