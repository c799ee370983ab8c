internal import Compute
internal import KernelSources
import RelevancePropagation

/// A strip of an image on the device, from which windows are cut into a network's input.
///
/// Pixels go up once, as they are; normalising, ordering the channels and padding happen on the way into the input.
final class WindowCutter {
  private let engine: Engine
  private let normalization: PixelNormalization
  private let table: Buffer<Float>
  private let low: Buffer<Float>
  private var bytes: Buffer<UInt8>?
  private var planes: Buffer<Float>?
  private var corners: Buffer<SIMD2<Int32>>
  private var strip: PixelStrip?

  init(_ normalization: PixelNormalization, on engine: Engine) throws {
    self.engine = engine
    self.normalization = normalization
    table = try Buffer(normalization.bytes?.table ?? [0], on: engine.queue, for: "levels")
    low = try Buffer(normalization.low, on: engine.queue, for: "levels")
    corners = try Buffer(count: 64, on: engine.queue, for: "corners of windows")
  }

  /// Brings a strip up; it stays until the next.
  func load(_ strip: PixelStrip) throws {
    switch strip.samples {
    case .bytes(let pixels):
      if bytes.map({ $0.count < pixels.count }) ?? true {
        bytes = nil  // gives its memory back first
        bytes = try Buffer(count: pixels.count, on: engine.queue, for: "pixels of a strip")
      }
      try pixels.withUnsafeBufferPointer { pointer throws in try engine.queue.write(pointer, to: bytes!) }
    case .planes(let numbers):
      if planes.map({ $0.count < numbers.count }) ?? true {
        planes = nil
        planes = try Buffer(count: numbers.count, on: engine.queue, for: "pixels of a strip")
      }
      try numbers.withUnsafeBufferPointer { pointer throws in try engine.queue.write(pointer, to: planes!) }
    }
    // Where and what it is, without the pixels.
    self.strip = PixelStrip(rectangle: strip.rectangle, samples: strip.samples.kind)
  }

  /// Windows `[C, H, W]` whose upper left corners lie at `places` of the map, into `input`, `[N, H, W, C]`.
  /// - Precondition: the corners lie in the strip.
  func cut(_ places: [(y: Int, x: Int)], of window: Shape, into input: Buffer<Float>) throws {
    guard let strip else { preconditionFailure("no strip was loaded") }
    if corners.count < places.count {
      corners = try Buffer(count: places.count, on: engine.queue, for: "corners of windows")
    }
    let relative = places.map { SIMD2(Int32($0.x - strip.rectangle.x), Int32($0.y - strip.rectangle.y)) }
    try relative.withUnsafeBufferPointer { pointer throws in try engine.queue.write(pointer, to: corners) }
    let geometry = CutGeometry(
      C: Int32(window[0]), H: Int32(window[1]), W: Int32(window[2]), rows: Int32(strip.rectangle.height),
      columns: Int32(strip.rectangle.width))
    let grid = Grid(window[1] * window[2], places.count)
    switch strip.samples {
    case .bytes:
      guard let format = normalization.bytes else {
        throw ScanError("the source gives bytes, and no preprocessing says what they mean")
      }
      try engine.launch(
        "cut_bytes", of: .windows, grid: grid, geometry, format.order.onDevice, bytes!, corners, table, low, input)
    case .planes:
      try engine.launch("cut_planes", of: .windows, grid: grid, geometry, planes!, corners, low, input)
    }
  }
}

extension PixelBlock.Samples {
  fileprivate var kind: Self {
    switch self {
    case .bytes: .bytes([])
    case .planes: .planes([])
    }
  }
}
