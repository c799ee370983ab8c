import Testing

@testable import Compute

/// Launches are measured where that was asked for, and only there.
@Suite struct ProfilingTests {
  private static let source = """
    kernel void count_up(const int rounds, global float *out) {
      float x = get_global_id(0);
      for (int i = 0; i < rounds; i++) x = x * 0.5f + 1;
      out[get_global_id(0)] = x;
    }
    """

  private func launch(on queue: Queue, times: Int, rounds: Int = 1) throws {
    let kernel = try Program(name: "test kernels", source: Self.source, on: queue, cache: nil).kernel("count_up")
    let out = try Buffer<Float>(count: 64, on: queue)
    for _ in 0..<times { try queue.launch(kernel, grid: Grid(64), group: Grid(64), [Int32(rounds), out]) }
  }

  @Test("every launch is recorded with kernel, innermost label and times in order, once")
  func records() throws {
    let queue = try Queue(device: TestQueue.shared.device, profiling: true)
    try launch(on: queue, times: 1)
    try queue.labelled("conv1_1 forward") {
      try launch(on: queue, times: 1)
      try queue.labelled("inner") { try launch(on: queue, times: 2) }
      try launch(on: queue, times: 1)
    }
    try launch(on: queue, times: 1)
    let records = try queue.launchRecords()
    #expect(records.map(\.label) == ["", "conv1_1 forward", "inner", "inner", "conv1_1 forward", ""])
    #expect(records.allSatisfy { $0.kernel == "count_up" && $0.start <= $0.end && $0.seconds >= 0 })
    // The queue is in order.
    #expect(zip(records, records.dropFirst()).allSatisfy { $0.end <= $1.start })
    #expect(try queue.launchRecords().isEmpty)
  }

  @Test("a launch of a thousand times the work takes longer")
  func durations() throws {
    let queue = try Queue(device: TestQueue.shared.device, profiling: true)
    // The shortest of several: a busy machine may stop any one of them on its way.
    let shortest = try [1000, 1_000_000].map { rounds in
      try launch(on: queue, times: 5, rounds: rounds)
      return try #require(try queue.launchRecords().map(\.seconds).min())
    }
    #expect(shortest[1] > shortest[0])
  }

  @Test("a label ends with its body, even where that throws")
  func thrown() throws {
    let queue = try Queue(device: TestQueue.shared.device, profiling: true)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try queue.labelled("thrown") { throw Stop() } }
    try launch(on: queue, times: 1)
    #expect(try queue.launchRecords().map(\.label) == [""])
  }

  @Test("without profiling nothing is recorded and no label is made")
  func off() throws {
    let queue = TestQueue.shared
    var made = false
    func label() -> String {
      made = true
      return "never"
    }
    try queue.labelled(label()) { try launch(on: queue, times: 1) }
    #expect(try queue.launchRecords().isEmpty && !made)
  }
}
