internal import COpenCL

/// A buffer's elements in the host's hands: where they lie, on a device that shares the host's memory; in a copy, on others.
extension Queue {
  /// Gives `body` the `count` elements of `buffer` from `index` on, after everything enqueued so far.
  public func withElements<Element, R>(
    of buffer: Buffer<Element>, at index: Int = 0, count: Int, _ body: (UnsafeBufferPointer<Element>) throws -> R
  ) throws -> R {
    precondition(index + count <= buffer.count, "\(count) elements from \(buffer.count)")
    guard device.sharesHostMemory, count > 0 else {
      return try withUnsafeTemporaryAllocation(of: Element.self, capacity: count) { memory in
        try read(buffer, at: index, into: memory)
        return try body(UnsafeBufferPointer(memory))
      }
    }
    return try mapped(buffer, at: index, count: count, for: CL_MAP_READ) { try body(UnsafeBufferPointer($0)) }
  }

  /// Lets `body` write the `count` elements of `buffer` from `index` on, all of them, after everything enqueued so far;
  /// what is enqueued from here on finds them.
  public func fill<Element>(
    _ buffer: Buffer<Element>, at index: Int = 0, count: Int, _ body: (UnsafeMutableBufferPointer<Element>) -> Void
  ) throws {
    precondition(index + count <= buffer.count, "\(count) elements into \(buffer.count)")
    buffer.requireWritable()
    guard device.sharesHostMemory, count > 0 else {
      return try withUnsafeTemporaryAllocation(of: Element.self, capacity: count) { memory in
        body(memory)
        try write(UnsafeBufferPointer(memory), to: buffer, at: index)
      }
    }
    try mapped(buffer, at: index, count: count, for: CL_MAP_WRITE_INVALIDATE_REGION, body)
  }

  private func mapped<Element, R>(
    _ buffer: Buffer<Element>, at index: Int, count: Int, for use: Int32,
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> R
  ) throws -> R {
    let stride = MemoryLayout<Element>.stride
    var status: cl_int = CL_SUCCESS
    let start = clEnqueueMapBuffer(
      queue.raw, buffer.handle.raw, cl_bool(CL_TRUE), cl_map_flags(use), index * stride, count * stride, 0, nil, nil,
      &status)
    try check("clEnqueueMapBuffer", status, ComputeError.mebibytes(count * stride))
    let result = Result {
      try body(UnsafeMutableBufferPointer(start: start!.bindMemory(to: Element.self, capacity: count), count: count))
    }
    try check("clEnqueueUnmapMemObject", clEnqueueUnmapMemObject(queue.raw, buffer.handle.raw, start, 0, nil, nil))
    return try result.get()
  }
}
