package import Compute
import Dispatch

/// How an entry `[C, H, W]` lies on the device: channels last, `[H, W, C]`; in general the first axis of a shape runs
/// fastest. Kernels then read neighbouring channels of a pixel as vectors, whatever the size of the image.
///
/// A 1 × 1 convolution is a matrix product as it stands, a concatenation copies blocks of pixels, and the channel of
/// element i is i mod C in every element-wise kernel.
enum ChannelsLast {
  /// The scalars of `[N, C, …]` in the device's order.
  static func scalars(of tensor: Tensor) -> [Float] {
    tensor.withScalars { transposed($0, entry: Shape(Array(tensor.shape.extents.dropFirst())), toDevice: true) }
  }

  /// Writes the scalars of `[N, C, …]` in the device's order to the start of `memory`.
  static func write(_ tensor: Tensor, into memory: UnsafeMutableBufferPointer<Float>) {
    let entry = Shape(Array(tensor.shape.extents.dropFirst()))
    tensor.withScalars { scalars in
      guard moves(entry) else {
        _ = memory.update(fromContentsOf: scalars)
        return
      }
      transpose(scalars, into: memory, entry: entry, toDevice: true)
    }
  }

  /// What was read from the device as a tensor `[N, C, …]`.
  static func tensor(_ scalars: UnsafeBufferPointer<Float>, entries: Int, entry: Shape) -> Tensor {
    Tensor(shape: Shape([entries] + entry.extents), scalars: transposed(scalars, entry: entry, toDevice: false))
  }

  /// The same as tensors `[C, …]`, one an entry. All cores make them: the system clears every page of new memory when it is first
  /// touched, which takes longer than the numbers do.
  static func tensors(_ scalars: UnsafeBufferPointer<Float>, of entry: Shape) -> [Tensor] {
    let count = scalars.count / entry.count
    return [Tensor](unsafeUninitializedCapacity: count) { tensors, initialized in
      // Every index reads and writes memory of its own.
      nonisolated(unsafe) let (scalars, tensors) = (scalars, tensors)
      DispatchQueue.concurrentPerform(iterations: count) { index in
        let own = UnsafeBufferPointer(rebasing: scalars[index * entry.count..<(index + 1) * entry.count])
        let tensor = Tensor(shape: entry, scalars: transposed(own, entry: entry, toDevice: false))
        tensors.initializeElement(at: index, to: tensor)
      }
      initialized = count
    }
  }

  /// Whether entries of this shape lie in another order on the device than in a tensor.
  static func moves(_ entry: Shape) -> Bool {
    entry.rank > 1 && entry[0] > 1 && entry.count > entry[0]
  }

  /// Whether a change of shape moves numbers on the device: where the number of channels changes.
  static func moves(from old: Shape, to new: Shape) -> Bool { old[0] != new[0] }

  /// Numbers that are transposed at a time, 16 KiB.
  private static let blockCount = 4096

  private static func transposed(_ scalars: UnsafeBufferPointer<Float>, entry: Shape, toDevice: Bool) -> [Float] {
    guard moves(entry) else { return Array(scalars) }
    return [Float](unsafeUninitializedCapacity: scalars.count) { result, initialized in
      transpose(scalars, into: result, entry: entry, toDevice: toDevice)
      initialized = scalars.count
    }
  }

  /// - Precondition: entries of this shape move.
  private static func transpose(
    _ scalars: UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>, entry: Shape, toDevice: Bool
  ) {
    let channels = entry[0]
    let area = entry.count / channels
    let pixels = max(blockCount / channels, 16)
    for first in stride(from: 0, to: scalars.count, by: entry.count) {
      let (source, target) = (scalars.baseAddress! + first, result.baseAddress! + first)
      // Neighbours on one side, a fixed step on the other; block by block, so that both stay in the first cache.
      for begin in stride(from: 0, to: area, by: pixels) {
        let block = begin..<min(begin + pixels, area)
        for channel in 0..<channels {
          let plane = channel * area
          if toDevice {
            for i in block { target[i &* channels &+ channel] = source[plane &+ i] }
          } else {
            for i in block { target[plane &+ i] = source[i &* channels &+ channel] }
          }
        }
      }
    }
  }
}

extension Queue {
  /// Copies a tensor `[N, C, …]` to the start of `buffer`, channels last.
  func write(_ tensor: Tensor, to buffer: Buffer<Float>) throws {
    try fill(buffer, count: tensor.count) { ChannelsLast.write(tensor, into: $0) }
  }

  /// Copies one image `[C, …]` to place `entry` of `buffer`, channels last.
  package func write(_ tensor: Tensor, to buffer: Buffer<Float>, entry: Int) throws {
    try fill(buffer, at: entry * tensor.count, count: tensor.count) {
      ChannelsLast.write(tensor.reshaped(Shape([1] + tensor.shape.extents)), into: $0)
    }
  }

  /// The first `entries` entries of `buffer`, a tensor each.
  func readEntries(_ buffer: Buffer<Float>, _ entries: Int, of entry: Shape) throws -> [Tensor] {
    // One at a time a copy stays in a cache.
    let together = device.sharesHostMemory ? entries : 1
    return try stride(from: 0, to: entries, by: together).flatMap { first in
      try withElements(of: buffer, at: first * entry.count, count: together * entry.count) {
        ChannelsLast.tensors($0, of: entry)
      }
    }
  }

  /// The first `entries` entries of `buffer` as a tensor `[N, C, …]`.
  package func read(_ buffer: Buffer<Float>, entries: Int, of entry: Shape) throws -> Tensor {
    try withElements(of: buffer, count: entries * entry.count) {
      ChannelsLast.tensor($0, entries: entries, entry: entry)
    }
  }
}
