import Testing

@testable import Compute

/// Copies that nobody waits for, and queues that wait for each other.
@Suite struct TransferTests {
  private let queue = TestQueue.shared

  private static let source = """
    kernel void slow(const int rounds, const float value, global float *out) {
      const int i = get_global_id(0);
      float x = value;
      for (int k = 0; k < rounds; k++) x = sqrt(x * x + 1e-12f);
      out[i] = x < 0 ? x : value;
    }
    kernel void twice(global const float *a, global float *out) {
      const int i = get_global_id(0);
      out[i] = 2 * a[i];
    }
    """
  private static let count = 64

  private func kernel(_ name: String) throws -> Kernel {
    try Program(name: "transfers", source: Self.source, on: queue, cache: nil).kernel(name)
  }

  private func slow(_ kernel: Kernel, _ value: Float, into buffer: Buffer<Float>) throws {
    try queue.launch(kernel, grid: Grid(Self.count), group: Grid(64), [Int32(200_000), value, buffer])
  }

  @Test("staging memory goes up and comes down, and may be filled again when its event is done")
  func staging() throws {
    let (there, back) = (
      try StagingMemory<Float>(count: Self.count, on: queue), try StagingMemory<Float>(count: Self.count, on: queue)
    )
    let buffer = try Buffer<Float>(count: Self.count, on: queue)
    for round in 0..<20 {
      for i in 0..<Self.count { there.elements[i] = Float(round * 1000 + i) }
      try queue.write(there, count: Self.count, to: buffer).wait()
      for i in 0..<Self.count { there.elements[i] = -1 }
      try queue.read(buffer, count: Self.count - 1, into: back).wait()
      #expect((0..<Self.count - 1).allSatisfy { back.elements[$0] == Float(round * 1000 + $0) }, "round \(round)")
    }
  }

  @Test("a copy on another queue waits for the kernel it holds for, and the next kernel for the copy")
  func order() throws {
    let (up, down) = (try Queue(beside: queue), try Queue(beside: queue))
    let (slowly, twice) = (try kernel("slow"), try kernel("twice"))
    let buffer = try Buffer<Float>(count: Self.count, on: queue)
    let results = try (0..<8).map { _ in try StagingMemory<Float>(count: Self.count, on: queue) }
    var fetched: [Event] = []
    // Each kernel overwrites what the copy before it takes.
    for (round, memory) in results.enumerated() {
      if let last = fetched.last { try queue.hold(until: last) }
      try slow(slowly, Float(round + 1), into: buffer)
      let computed = try queue.mark()
      try queue.flush()
      try down.hold(until: computed)
      fetched.append(try down.read(buffer, count: Self.count, into: memory))
      try down.flush()
    }
    for (round, memory) in results.enumerated() {
      try fetched[round].wait()
      #expect(memory.elements.allSatisfy { $0 == Float(round + 1) }, "round \(round)")
    }
    // What goes up on one queue is there for kernels of the other.
    let (memory, doubled) = (results[0], try Buffer<Float>(count: Self.count, on: queue))
    for round in 0..<8 {
      memory.elements.update(repeating: Float(round))
      let sent = try up.write(memory, count: Self.count, to: buffer)
      try up.flush()
      try queue.hold(until: sent)
      try queue.launch(twice, grid: Grid(Self.count), group: Grid(64), [buffer, doubled])
      #expect(
        try queue.read(doubled, count: Self.count) == Array(repeating: Float(2 * round), count: Self.count))
    }
  }
}
