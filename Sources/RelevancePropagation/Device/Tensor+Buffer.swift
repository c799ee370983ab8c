internal import Compute

extension Tensor {
  /// The scalars for kernels to read: where they lie if something keeps them there and the device computes in this memory,
  /// which neither copies them nor holds them twice; else a copy.
  ///
  /// A file puts them at any multiple of 4 bytes. The CPU's kernels read them there; those for GPUs read vectors, which
  /// compilers expect at multiples of their size.
  func buffer(on engine: Engine, for purpose: String) throws -> Buffer<Float> {
    let queue = engine.queue
    return try withScalars { scalars throws in
      let isAligned = engine.family == .cpu || Int(bitPattern: scalars.baseAddress) % 64 == 0
      if let keeper, queue.device.sharesHostMemory, !scalars.isEmpty, isAligned {
        return try Buffer(reading: scalars, keeping: keeper, on: queue, for: purpose)
      }
      let buffer = try Buffer<Float>(count: count, on: queue, for: purpose)
      try queue.write(scalars, to: buffer)
      return buffer
    }
  }
}
