internal import Compute

extension Tensor {
  /// The scalars for kernels to read: where they lie if something keeps them there and the device computes in this memory,
  /// which neither copies them nor holds them twice; else a copy.
  func buffer(on queue: Queue, for purpose: String) throws -> Buffer<Float> {
    try withScalars { scalars throws in
      if let keeper, queue.device.sharesHostMemory, !scalars.isEmpty {
        return try Buffer(reading: scalars, keeping: keeper, on: queue, for: purpose)
      }
      let buffer = try Buffer<Float>(count: count, on: queue, for: purpose)
      try queue.write(scalars, to: buffer)
      return buffer
    }
  }
}
