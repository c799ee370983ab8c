/// A queue between threads that is bounded in elements and in bytes, and gives out elements by their index: 0, 1, 2 …
///
/// Elements may come in any order. The one that is needed next always finds room, so threads that each take the next
/// free index, work, and put, cannot block each other for good.
public final class OrderedQueue<Element: Sendable>: Sendable {
  /// Most elements, and most bytes; the byte limit may be passed by the one element that is needed next.
  public let capacity: Int
  public let byteLimit: Int

  private struct State: Sendable {
    /// Index of the first element that was not taken.
    var next = 0
    var elements: [Int: (element: Element, bytes: Int)] = [:]
    var bytes = 0
    /// Bytes of elements whose threads wait for room, by index.
    var blocked: [Int: Int] = [:]
    /// How many elements come in all, once that is known.
    var end: Int?
    var isCancelled = false
    var most = 0

    /// How many elements can be taken without a gap.
    var run: Int {
      var count = 0
      while elements[next + count] != nil { count += 1 }
      return count
    }
  }

  private let state = Monitor(State())

  public init(capacity: Int, byteLimit: Int = .max) {
    precondition(capacity > 0 && byteLimit >= 0, "a queue of \(capacity) elements, \(byteLimit) bytes")
    self.capacity = capacity
    self.byteLimit = byteLimit
  }

  /// Most elements that were in the queue at once.
  public var most: Int { state.change { $0.most } }

  /// Waits for room, then puts an element; after `cancel` the element is dropped.
  /// - Precondition: no other element had this index.
  public func put(_ element: Element, at index: Int, bytes: Int = 0) {
    let isPlaced = state.change { state in
      precondition(index >= state.next && state.elements[index] == nil, "element \(index) twice")
      if place(element, index, bytes, in: &state) { return true }
      state.blocked[index] = bytes  // who waits for more than there is learns that this one cannot come
      return false
    }
    if !isPlaced { state.wait { place(element, index, bytes, in: &$0) ? () : nil } }
  }

  /// Whether the element found room, or needs none any more.
  private func place(_ element: Element, _ index: Int, _ bytes: Int, in state: inout State) -> Bool {
    if state.isCancelled { return true }
    guard hasRoom(index, bytes, in: state) else { return false }
    state.blocked[index] = nil
    state.elements[index] = (element, bytes)
    state.bytes += bytes
    state.most = max(state.most, state.elements.count)
    return true
  }

  /// Places are those of the next `capacity` indices: an element that comes late finds its own.
  private func hasRoom(_ index: Int, _ bytes: Int, in state: State) -> Bool {
    index == state.next
      || index < state.next + capacity && bytes <= byteLimit - min(state.bytes, byteLimit)
  }

  /// The next elements in order: `count` of them, fewer at the end or where the element behind them waits for room.
  /// - Returns: nothing when all were taken, and after `cancel`.
  public func take(upTo count: Int) -> [Element] {
    precondition(count > 0, "\(count) elements")
    return state.wait { take(upTo: count, from: &$0) }
  }

  /// What `take` gives where it need not wait; else nothing.
  public func takeReady(upTo count: Int) -> [Element] {
    precondition(count > 0, "\(count) elements")
    return state.change { take(upTo: count, from: &$0) ?? [] }
  }

  /// Nil where the elements are still to come.
  private func take(upTo count: Int, from state: inout State) -> [Element]? {
    if state.isCancelled { return [] }
    let run = min(state.run, count)
    let isLast = state.end.map { state.next + run >= $0 } ?? false
    let after = state.next + run
    let waitsForRoom = run > 0 && state.blocked[after].map { !hasRoom(after, $0, in: state) } ?? false
    guard run == count || isLast || waitsForRoom else { return nil }
    return (0..<run).map { _ in
      let (element, bytes) = state.elements.removeValue(forKey: state.next)!
      state.next += 1
      state.bytes -= bytes
      return element
    }
  }

  /// Says that `count` elements come in all.
  public func end(after count: Int) { state.change { $0.end = count } }

  /// Drops what is there and what comes; nobody waits any longer.
  public func cancel() {
    state.change { state in
      state.isCancelled = true
      state.elements = [:]
      state.bytes = 0
    }
  }
}
