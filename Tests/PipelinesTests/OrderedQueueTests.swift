import Foundation
import Pipelines
import Testing

/// Order and bounds of the queue between stages.
@Suite(.timeLimit(.minutes(1))) struct OrderedQueueTests {
  /// Puts `count` elements from `threads` threads that take the next free index each, as the stages do.
  private func fill(
    _ queue: OrderedQueue<Int>, count: Int, threads: Int, bytes: @escaping @Sendable (Int) -> Int = { _ in 1 }
  ) {
    let next = Counter()
    for seed in 0..<threads {
      Thread {
        var random = Generator(seed: UInt64(seed))
        while true {
          let index = next.add(1) - 1
          guard index < count else { break }
          usleep(UInt32.random(in: 0..<200, using: &random))
          queue.put(index, at: index, bytes: bytes(index))
        }
      }.start()
    }
    queue.end(after: count)
  }

  @Test("Elements come out in order, however they were put, and never more lie in it than it holds")
  func order() {
    for (capacity, threads, batch) in [(1, 4, 1), (2, 1, 2), (5, 3, 4), (4, 8, 4), (16, 4, 8)] {
      let queue = OrderedQueue<Int>(capacity: capacity)
      fill(queue, count: 200, threads: threads)
      var taken: [Int] = []
      while true {
        let elements = queue.take(upTo: batch)
        if elements.isEmpty { break }
        #expect(elements.count <= batch)
        taken += elements
      }
      #expect(taken == Array(0..<200), "capacity \(capacity), \(threads) threads")
      #expect(queue.most <= capacity, "\(queue.most) of \(capacity)")
    }
  }

  @Test("A batch is full unless it is the last")
  func batches() {
    let queue = OrderedQueue<Int>(capacity: 12)
    fill(queue, count: 101, threads: 4)
    var sizes: [Int] = []
    while case let elements = queue.take(upTo: 8), !elements.isEmpty { sizes.append(elements.count) }
    #expect(sizes == Array(repeating: 8, count: 12) + [5])
  }

  @Test("Elements wait for room in bytes, and one larger than the limit passes alone")
  func bytes() {
    // Of 60 bytes two would pass the limit of 100, so no batch of four is ever there: what is there is given out.
    let queue = OrderedQueue<Int>(capacity: 8, byteLimit: 100)
    fill(queue, count: 20, threads: 3) { $0 == 7 ? 1000 : 60 }
    var taken: [Int] = []
    while case let elements = queue.take(upTo: 4), !elements.isEmpty { taken += elements }
    #expect(taken == Array(0..<20))
    // The next one always finds room, so two elements may lie in it, not three.
    #expect(queue.most <= 2, "\(queue.most)")
  }

  @Test("After cancel nobody waits")
  func cancel() {
    let queue = OrderedQueue<Int>(capacity: 2)
    queue.put(0, at: 0)
    queue.put(1, at: 1)
    let gone = DispatchSemaphore(value: 0)
    Thread {
      queue.put(2, at: 2)  // no room
      gone.signal()
    }.start()
    #expect(gone.wait(timeout: .now() + 0.05) == .timedOut)
    queue.cancel()
    #expect(gone.wait(timeout: .now() + 10) == .success)
    #expect(queue.take(upTo: 1).isEmpty)
  }
}

/// SplitMix64: the same delays on every run.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
