import Dispatch

/// Does `body` for 0 ..< count on all cores, each index once, in no fixed order; returns when all are done.
///
/// For work that is cut into many pieces of about a millisecond and more, whose results do not depend on their order.
/// After a failure the pieces that have not begun are left out.
/// - Throws: the failure of the lowest index among those that failed.
public func concurrently(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
  let failure = Monitor<(index: Int, error: any Error)?>(nil)
  DispatchQueue.concurrentPerform(iterations: count) { index in
    guard failure.change({ $0 == nil }) else { return }
    do {
      try body(index)
    } catch {
      failure.change { if $0 == nil || $0!.index > index { $0 = (index, error) } }
    }
  }
  if let failure = failure.change({ $0 }) { throw failure.error }
}

/// The results of `body` for 0 ..< count, in order, computed on all cores.
/// - Throws: as `concurrently`.
public func mapConcurrently<Result: Sendable>(
  _ count: Int, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
  let results = Monitor([Result?](repeating: nil, count: count))
  try concurrently(count) { index in
    let result = try body(index)
    results.change { $0[index] = result }
  }
  return results.change { $0.map { $0! } }
}
