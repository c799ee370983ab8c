internal import Compute

extension Tensor {
  /// The scalars for kernels to read: where they lie in a mapped file if the device computes in this memory, which neither
  /// copies them nor holds them twice; else a copy.
  func buffer(on queue: Queue, for purpose: String) throws -> Buffer<Float> {
    try withScalars { scalars throws in
      if let file, queue.device.sharesHostMemory, !scalars.isEmpty {
        return try Buffer(reading: scalars, keeping: file, on: queue, for: purpose)
      }
      let buffer = try Buffer<Float>(count: count, on: queue, for: purpose)
      try queue.write(scalars, to: buffer)
      return buffer
    }
  }
}
