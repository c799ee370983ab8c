/// Hands results of several threads on in the order of their indices, one at a time.
///
/// Who is `window` results ahead waits, so that no more than that are held back by a slow one.
final class OrderedDelivery<Output: Sendable>: Sendable {
  private struct State: Sendable {
    var next = 0
    var pending: [Int: Output] = [:]
    var isCancelled = false
  }

  private let state = Monitor(State())
  private let window: Int
  private let deliver: @Sendable (Output) -> Void

  init(window: Int, deliver: @escaping @Sendable (Output) -> Void) {
    self.window = window
    self.deliver = deliver
  }

  /// Results delivered so far.
  var count: Int { state.change { $0.next } }

  func put(_ output: Output, at index: Int) {
    state.wait { state -> Void? in
      if state.isCancelled { return () }
      guard index < state.next + window else { return nil }
      state.pending[index] = output
      while let ready = state.pending.removeValue(forKey: state.next) {
        deliver(ready)
        state.next += 1
      }
      return ()
    }
  }

  /// A result will not come: nobody waits for it any longer, and nothing more is delivered.
  func cancel() { state.change { $0.isCancelled = true } }
}
