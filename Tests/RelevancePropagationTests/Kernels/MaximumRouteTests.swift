import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 3: winner-take-all by rows and vectors against the plain kernel, to the bit: windows side by side, of which the last
/// reads beyond none, and windows that overlap, are dilated or reach over the border. Small integers make ties.
@Suite struct MaximumRouteTests {
  struct Windows: CustomTestStringConvertible, Sendable {
    var channels, height, width: Int
    var window: PoolingWindow
    var testDescription: String { "\(channels) channels, \(height)x\(width), \(window)" }
  }

  static let windows: [Windows] = [
    Windows(channels: 64, height: 8, width: 12, window: PoolingWindow(kernel: Extent(2))),
    Windows(channels: 17, height: 7, width: 9, window: PoolingWindow(kernel: Extent(2))),
    Windows(channels: 1, height: 5, width: 4, window: PoolingWindow(kernel: Extent(2))),
    Windows(channels: 20, height: 7, width: 9, window: PoolingWindow(kernel: Extent(2), ceilMode: true)),
    Windows(channels: 20, height: 9, width: 10, window: PoolingWindow(kernel: Extent(3), stride: Extent(2))),
    Windows(
      channels: 16, height: 8, width: 7,
      window: PoolingWindow(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1))
    ),
    Windows(channels: 5, height: 9, width: 11, window: PoolingWindow(kernel: Extent(3), stride: Extent(3))),
    Windows(channels: 33, height: 6, width: 6, window: PoolingWindow(kernel: Extent(2), stride: Extent(1))),
    Windows(
      channels: 3, height: 10, width: 11,
      window: PoolingWindow(kernel: Extent(2, 3), stride: Extent(2), dilation: Extent(2))),
  ]

  private static let (images, targets) = (2, 3)

  /// The numbers at the input, with guarded memory behind them.
  private static func route(
    _ windows: Windows, sharingTies: Bool, accumulate: Bool, factor: [Float]?, on engine: Engine
  ) throws -> [Float] {
    let layer = MaxPooling(window: windows.window)
    let input = Shape([windows.channels, windows.height, windows.width])
    let shapes = LayerShapes(inputs: [input], output: try layer.outputShape(for: [input]))
    var random = SplitMix64(seed: 90)
    func integers(_ count: Int, _ range: ClosedRange<Int>) throws -> Buffer<Float> {
      try Buffer((0..<count).map { _ in Float(Int.random(in: range, using: &random)) }, on: engine.queue)
    }
    let entries = images * targets
    let (activation, numbers) = (
      try integers(images * input.count, -1...2), try integers(entries * shapes.output.count, -4...4)
    )
    let target = try Buffer([Float](repeating: 7, count: entries * input.count + 16), on: engine.queue)
    var finish = Finish(accumulate: accumulate, targets: targets)
    if let factor { finish.product = Operand(try Buffer(factor, on: engine.queue), input) }
    try layer.route(
      numbers, activation: activation, sharingTies: sharingTies, finish: finish, into: target, shapes: shapes,
      batch: entries, on: engine)
    return try engine.queue.read(target, count: target.count)
  }

  @Test("numbers go to the winners as by the plain kernel", arguments: windows, [false, true])
  func routes(_ windows: Windows, _ sharingTies: Bool) throws {
    for accumulate in [false, true] {
      func run(_ engine: Engine) throws -> [Float] {
        try Self.route(windows, sharingTies: sharingTies, accumulate: accumulate, factor: nil, on: engine)
      }
      let (fast, slow) = (try run(TestDevice.cpu), try run(TestDevice.engine(of: .plain)))
      #expect(fast == slow, "accumulate \(accumulate)")
      #expect(fast.suffix(16).allSatisfy { $0 == 7 })
    }
  }

  @Test("times a factor of the image in the same launch", arguments: windows, [false, true])
  func multiplies(_ windows: Windows, _ sharingTies: Bool) throws {
    let count = windows.channels * windows.height * windows.width
    let factor = (0..<Self.images * count).map { Float($0 % 5) }
    let engine = TestDevice.cpu
    let plain = try Self.route(windows, sharingTies: sharingTies, accumulate: false, factor: nil, on: engine)
    let found = try Self.route(windows, sharingTies: sharingTies, accumulate: false, factor: factor, on: engine)
    for m in 0..<Self.images * Self.targets {
      for i in 0..<count {
        let at = m * count + i
        #expect(found[at] == plain[at] * factor[m / Self.targets * count + i], "entry \(m), number \(i)")
      }
    }
  }
}
