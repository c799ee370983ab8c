import Testing

@testable import Compute

@Suite struct BufferTests {
  @Test("what is written is read, whole and in part", arguments: [1, 63, 64, 65, 4097])
  func roundTrip(_ count: Int) throws {
    let queue = TestQueue.shared
    let values = (0..<count).map { Float($0) * 0.5 - 7 }
    let buffer = try Buffer(values, on: queue)
    #expect(buffer.count == count && buffer.byteCount == 4 * count)
    #expect(try queue.read(buffer, count: count) == values)
    #expect(try queue.read(buffer, at: count / 2, count: count - count / 2) == Array(values[(count / 2)...]))
    #expect(try queue.read(buffer, count: 0).isEmpty)
    try [Float(-1)].withUnsafeBufferPointer { try queue.write($0, to: buffer, at: count - 1) }
    #expect(try queue.read(buffer, count: count) == values.dropLast() + [-1])
  }

  @Test("bits survive: NaN, infinities, −0, denormals, and elements of several words")
  func bits() throws {
    let queue = TestQueue.shared
    let values: [Float] = [.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let read = try queue.read(Buffer(values, on: queue), count: values.count)
    #expect(read.map(\.bitPattern) == values.map(\.bitPattern))
    let vectors = [SIMD4<Float>(1, 2, 3, 4), SIMD4(5, 6, 7, 8)]
    #expect(try queue.read(Buffer(vectors, on: queue), at: 1, count: 1) == [vectors[1]])
  }

  @Test("an empty buffer is a buffer")
  func empty() throws {
    let buffer = try Buffer<Float>([], on: TestQueue.shared)
    #expect(buffer.count == 0)
    #expect(try TestQueue.shared.read(buffer, count: 0).isEmpty)
  }

  @Test("a buffer beyond the device's limit is refused with numbers and a remedy, before it is asked for")
  func tooLarge() throws {
    let queue = TestQueue.shared
    let limit = queue.device.largestAllocation
    let error = #expect(throws: ComputeError.self) {
      try Buffer<Float>(count: limit / 4 + 1, on: queue, for: "activations of conv1_1")
    }
    guard case .insufficientMemory(_, let needed, let available, _) = error else {
      Issue.record("not insufficientMemory: \(String(describing: error))")
      return
    }
    #expect(needed > available && available == limit)
    let text = error!.description
    #expect(text.hasPrefix("activations of conv1_1, in one buffer, needs "))
    #expect(text.hasSuffix("; use a smaller batch or image, or another device"))
  }

  @Test("buffers are released: many times the device's memory passes through")
  func released() throws {
    let queue = TestQueue.shared
    for _ in 0..<200 { _ = try Buffer<Float>(count: 1 << 22, on: queue) }  // 200 · 16 MiB
    try queue.finish()
  }
}
