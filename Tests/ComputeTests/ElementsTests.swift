import Testing

@testable import Compute

/// A buffer's elements in the host's hands, in small memory and in memory of large pages.
@Suite struct ElementsTests {
  private struct Failure: Error {}

  @Test(
    "what is filled in is read, whole and in part, and nothing beside it changes", arguments: [1, 63, 4097, 600_001])
  func roundTrip(_ count: Int) throws {
    let queue = TestQueue.shared
    let buffer = try Buffer([Float](repeating: -1, count: count + 2), on: queue)
    try queue.fill(buffer, at: 1, count: count) { for i in $0.indices { $0[i] = Float(i) } }
    let expected = [-1] + (0..<count).map { Float($0) } + [-1]
    #expect(try queue.read(buffer, count: count + 2).elementsEqual(expected))
    let isSame = try queue.withElements(of: buffer, at: count / 2, count: count - count / 2) {
      $0.elementsEqual(expected[(count / 2)..<count])
    }
    #expect(isSame)
    try queue.fill(buffer, count: 0) { #expect($0.isEmpty) }
    #expect(try queue.withElements(of: buffer, count: 0) { $0.isEmpty })
  }

  @Test("who fails while reading throws, and the buffer is as useful as before")
  func failure() throws {
    let queue = TestQueue.shared
    let buffer = try Buffer([Float(1), 2, 3], on: queue)
    #expect(throws: Failure.self) { try queue.withElements(of: buffer, count: 3) { _ in throw Failure() } }
    try queue.fill(buffer, count: 2) { $0.update(repeating: 5) }
    #expect(try queue.read(buffer, count: 3) == [5, 5, 3])
  }
}
