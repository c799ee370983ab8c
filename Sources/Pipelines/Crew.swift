import Foundation

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
      let thread = Thread {
        body()
        let isLast = count.change { count in
          count.working -= 1
          return count.working == 0
        }
        if isLast { atEnd() }
        count.change { $0.alive -= 1 }
      }
      thread.name = "\(name) \(number)"
      thread.start()
    }
  }

  func join() { count.wait { $0.alive == 0 ? () : nil } }
}
