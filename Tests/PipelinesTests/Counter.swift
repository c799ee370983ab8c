import Synchronization

/// A number threads count with, and the most it was.
final class Counter: Sendable {
  private let state = Mutex((value: 0, most: 0))

  @discardableResult
  func add(_ step: Int) -> Int {
    state.withLock { state in
      state.value += step
      state.most = max(state.most, state.value)
      return state.value
    }
  }

  var value: Int { state.withLock { $0.value } }
  var most: Int { state.withLock { $0.most } }
}

/// What was delivered, in the order in which it came.
final class Record<Element: Sendable>: Sendable {
  private let state = Mutex<[Element]>([])
  func append(_ element: Element) { state.withLock { $0.append(element) } }
  var elements: [Element] { state.withLock { $0 } }
}
