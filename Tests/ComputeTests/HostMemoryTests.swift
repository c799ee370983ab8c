import Foundation
import Synchronization
import Testing

@testable import Compute

@Suite struct HostMemoryTests {
  /// Memory that tells when it goes.
  private final class Lent: Sendable {
    let memory: HostMemory
    let onEnd: @Sendable () -> Void
    init(_ values: [Float], onEnd: @escaping @Sendable () -> Void) throws {
      memory = try HostMemory(byteCount: 4 * values.count)
      memory.bytes.copyBytes(from: values.withUnsafeBytes { Array($0) })
      self.onEnd = onEnd
    }
    deinit { onEnd() }
    var elements: UnsafeBufferPointer<Float> { UnsafeBufferPointer(memory.bytes.bindMemory(to: Float.self)) }
  }

  @Test("memory is all 0, whole, and begins at a large page's border where it is large", arguments: [1, 4096, 5 << 20])
  func zeros(_ count: Int) throws {
    let memory = try HostMemory(byteCount: count)
    #expect(memory.bytes.count == count && memory.bytes.allSatisfy { $0 == 0 })
    memory.bytes[count - 1] = 7
    #expect(memory.bytes[count - 1] == 7)
    if count >= 2 << 20 { #expect(Int(bitPattern: memory.bytes.baseAddress!) % (2 << 20) == 0) }
  }

  @Test("more than there are addresses for is refused with numbers")
  func tooLarge() {
    let error = #expect(throws: ComputeError.self) { try HostMemory(byteCount: 1 << 60, for: "activations of conv1_1") }
    #expect(error!.description.hasPrefix("activations of conv1_1 needs "))
  }

  @Test("a large buffer of a CPU is read as it was written, and its memory is given back")
  func large() throws {
    let queue = TestQueue.shared
    let values = (0..<(3 << 18) + 5).map { Float($0 % 1021) }
    for _ in 0..<300 { _ = try Buffer<Float>(count: values.count, on: queue) }  // 300 · 3 MiB
    #expect(try queue.read(Buffer(values, on: queue), count: values.count) == values)
  }

  @Test("kernels and copies read lent memory, which is kept as long as the buffer and not longer")
  func lent() throws {
    let queue = TestQueue.shared
    guard queue.device.sharesHostMemory else { return }
    let values = (0..<1000).map { Float($0) - 0.5 }
    let count = Counter()
    var lent: Lent? = try Lent(values) { count.add() }
    var buffer: Buffer<Float>? = try Buffer(reading: lent!.elements, keeping: lent!, on: queue)
    lent = nil
    #expect(count.value == 0, "the buffer keeps it")
    let program = try Program(
      name: "double",
      source: "kernel void twice(global const float *a, global float *b) { "
        + "const int i = get_global_id(0); b[i] = 2.0f * a[i]; }", on: queue, cache: nil)
    let twice = try Buffer<Float>(count: 1000, on: queue)
    // The launch is not waited for: the driver has the memory until it is done.
    try queue.launch(program.kernel("twice"), grid: Grid(1000), group: Grid(1), [buffer!, twice])
    buffer = nil
    #expect(try queue.read(twice, count: 1000) == values.map { 2 * $0 })
    try queue.finish()
    #expect(count.value == 1, "released once")
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
  }
}
