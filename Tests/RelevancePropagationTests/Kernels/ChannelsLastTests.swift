import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Between a tensor's order and the device's, against the definition.
@Suite struct ChannelsLastTests {
  static let entries: [Shape] =
    [1, 2, 3, 4, 5, 16, 17].flatMap { channels in
      [Shape([channels, 1, 1]), Shape([channels, 1, 7]), Shape([channels, 5, 3]), Shape([channels, 67, 65])]
    } + [Shape([300, 5, 7]), Shape([4099, 3, 1]), Shape([10])]

  /// Number i of an entry `[H, W, C]` is number `[i mod C][i div C]` of `[C, H · W]`.
  private static func onDevice(_ scalars: [Float], entry: Shape) -> [Float] {
    let area = entry.count / entry[0]
    return scalars.indices.map { at in
      let (first, i) = (at / entry.count * entry.count, at % entry.count)
      return scalars[first + i % entry[0] * area + i / entry[0]]
    }
  }

  @Test("images go up and come down, whole and one by one, and nothing behind them changes", arguments: entries)
  func roundTrip(_ entry: Shape) throws {
    for engine in [TestDevice.cpu, TestDevice.engine(of: .plain)] {
      let (count, queue) = (3 * entry.count, engine.queue)
      let tensor = Tensor(shape: Shape([3] + entry.extents), scalars: (0..<count).map { Float($0) })
      let expected = Self.onDevice(tensor.scalars, entry: entry)
      #expect(ChannelsLast.scalars(of: tensor) == expected)
      let buffer = try Buffer([Float](repeating: -1, count: count + 16), on: queue)
      try queue.write(tensor, to: buffer)
      #expect(try queue.read(buffer, count: count + 16) == expected + [Float](repeating: -1, count: 16))
      #expect(try queue.read(buffer, entries: 3, of: entry) == tensor)
      #expect(try queue.readEntries(buffer, 2, of: entry) == [tensor[0], tensor[1]])
      try queue.write(tensor[0], to: buffer, entry: 1)
      #expect(try queue.readEntries(buffer, 3, of: entry) == [tensor[0], tensor[0], tensor[2]])
    }
  }

  @Test(
    "a reshape moves numbers to where its shape's channels lie",
    arguments: [
      ([512, 7, 7], [25088]), ([25088], [512, 7, 7]), ([3, 5, 4], [4, 3, 5]), ([2, 3, 1], [3, 2]),
      ([1, 9, 2], [6, 3]),
      ([17, 3, 1], [1, 51]), ([5, 1, 1], [1, 5]), ([6, 4, 4], [96, 1]), ([4, 2, 33], [33, 8]),
    ])
  func rearranged(_ old: [Int], _ new: [Int]) throws {
    let (old, new, batch) = (Shape(old), Shape(new), 3)
    let tensor = Tensor(
      shape: Shape([batch] + old.extents), scalars: (0..<batch * old.count).map { Float($0 % 1009) })
    let expected = Self.onDevice(tensor.scalars, entry: new)
    for engine in [TestDevice.cpu, TestDevice.engine(of: .plain)] {
      let source = try Buffer(ChannelsLast.scalars(of: tensor), on: engine.queue)
      let target = try Buffer([Float](repeating: 7, count: source.count + 16), on: engine.queue)
      for accumulate in [false, true] {
        try Reshape.rearrange(source, old, into: target, new, accumulate: accumulate, batch: batch, on: engine)
        let found = try engine.queue.read(target, count: target.count)
        #expect(
          found == expected.map { accumulate ? 2 * $0 : $0 } + [Float](repeating: 7, count: 16),
          "accumulate \(accumulate)")
      }
    }
  }
}
