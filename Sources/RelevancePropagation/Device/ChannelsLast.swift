package import Compute

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
  static func tensor(_ scalars: [Float], entries: Int, entry: Shape) -> Tensor {
    guard moves(entry) else { return Tensor(shape: Shape([entries] + entry.extents), scalars: scalars) }
    return scalars.withUnsafeBufferPointer { tensor($0, entries: entries, entry: entry) }
  }

  static func tensor(_ scalars: UnsafeBufferPointer<Float>, entries: Int, entry: Shape) -> Tensor {
    Tensor(shape: Shape([entries] + entry.extents), scalars: transposed(scalars, entry: entry, toDevice: false))
  }

  /// Whether entries of this shape lie in another order on the device than in a tensor.
  static func moves(_ entry: Shape) -> Bool {
    entry.rank > 1 && entry[0] > 1 && entry.count > entry[0]
  }

  /// Whether a change of shape moves numbers on the device: where the number of channels changes.
  static func moves(from old: Shape, to new: Shape) -> Bool { old[0] != new[0] }

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
    for first in stride(from: 0, to: scalars.count, by: entry.count) {
      let (source, target) = (scalars.baseAddress! + first, result.baseAddress! + first)
      // A plane at a time: neighbours on one side, a fixed step on the other.
      for channel in 0..<channels {
        let plane = channel * area
        if toDevice {
          for i in 0..<area { target[i * channels + channel] = source[plane + i] }
        } else {
          for i in 0..<area { target[plane + i] = source[i * channels + channel] }
        }
      }
    }
  }
}

extension Queue {
  /// Copies a tensor `[N, C, …]` to the start of `buffer`, channels last.
  func write(_ tensor: Tensor, to buffer: Buffer<Float>) throws {
    guard ChannelsLast.moves(Shape(Array(tensor.shape.extents.dropFirst()))) else {
      return try tensor.withScalars { pointer throws in try write(pointer, to: buffer) }
    }
    try ChannelsLast.scalars(of: tensor).withUnsafeBufferPointer { pointer throws in try write(pointer, to: buffer) }
  }

  /// Copies one image `[C, …]` to place `entry` of `buffer`, channels last.
  package func write(_ tensor: Tensor, to buffer: Buffer<Float>, entry: Int) throws {
    let scalars = ChannelsLast.scalars(of: tensor.reshaped(Shape([1] + tensor.shape.extents)))
    try scalars.withUnsafeBufferPointer { pointer throws in
      try write(pointer, to: buffer, at: entry * tensor.count)
    }
  }

  /// The first `entries` entries of `buffer`, a tensor each. They pass through memory that stays in a cache.
  func readEntries(_ buffer: Buffer<Float>, _ entries: Int, of entry: Shape) throws -> [Tensor] {
    guard ChannelsLast.moves(entry) else {
      return try (0..<entries).map {
        Tensor(shape: entry, scalars: try read(buffer, at: $0 * entry.count, count: entry.count))
      }
    }
    return try withUnsafeTemporaryAllocation(of: Float.self, capacity: entry.count) { memory in
      try (0..<entries).map { index in
        try read(buffer, at: index * entry.count, into: memory)
        return ChannelsLast.tensor(UnsafeBufferPointer(memory), entries: 1, entry: entry).reshaped(entry)
      }
    }
  }

  /// The first `entries` entries of `buffer` as a tensor `[N, C, …]`.
  package func read(_ buffer: Buffer<Float>, entries: Int, of entry: Shape) throws -> Tensor {
    ChannelsLast.tensor(try read(buffer, count: entries * entry.count), entries: entries, entry: entry)
  }
}
