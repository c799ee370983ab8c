import Foundation
import Synchronization

/// Threads that do the same until there is nothing left to do.
///
/// Threads, not tasks: they wait for room, for files and for each other, which would block Swift's own few.
struct Crew {
  private struct Count: Sendable {
    /// Threads whose body runs, and threads that have not ended.
    var working: Int
    var alive: Int
  }

  private let count: Monitor<Count>

  /// - Parameter atEnd: runs once, after the last body.
  init(
    _ threads: Int, name: String, _ body: @escaping @Sendable () -> Void, atEnd: @escaping @Sendable () -> Void = {}
  ) {
    let count = Monitor(Count(working: threads, alive: threads))
    self.count = count
    for number in 1...threads {
      let duty = Duty {
        body()
        let isLast = count.change { count in
          count.working -= 1
          return count.working == 0
        }
        if isLast { atEnd() }
      }
      let thread = Thread {
        duty.perform()
        count.change { $0.alive -= 1 }
      }
      thread.name = "\(name) \(number)"
      thread.start()
    }
  }

  /// Waits until every thread is done and has let go of what its body held.
  func join() { count.wait { $0.alive == 0 ? () : nil } }
}

/// What one thread does, once, and lets go of while the thread still runs.
///
/// Foundation releases a thread's block among the destructors of its thread-local values, after libdispatch's. If
/// something of libdispatch goes with it, the timer of a line of progress for one, libdispatch starts anew on that
/// thread and then frees the memory it kept there a second time: heap corruption, as a rule seen elsewhere and later.
private final class Duty: Sendable {
  private let work: Mutex<(@Sendable () -> Void)?>

  init(_ work: @escaping @Sendable () -> Void) { self.work = Mutex(work) }

  func perform() {
    let work = work.withLock { work in
      defer { work = nil }
      return work
    }
    work?()
  }
}
