import Foundation

/// A value that threads share: one at a time works on it, others wait until it has become what they need.
///
/// Every change wakes all who wait. That suits a few threads and work of milliseconds, as here; it is no lock for loops.
final class Monitor<State: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  // Why unchecked: `state` is read and written under the condition's lock alone, which the compiler cannot see.
  private var state: State

  init(_ state: State) { self.state = state }

  func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return try body(&state)
  }

  /// Waits until `body` has a result. Only then may it have changed the state: others are not woken before.
  func wait<Result>(until body: (inout State) -> Result?) -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    while true {
      if let result = body(&state) { return result }
      condition.wait()
    }
  }
}
