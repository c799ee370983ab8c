internal import COpenCL

/// Device memory for `count` elements.
public final class Buffer<Element: BitwiseCopyable>: Sendable {
  public let count: Int
  let handle: Handle

  /// - Throws: `ComputeError.insufficientMemory` where one buffer of this size is beyond the device's limit.
  public init(count: Int, on queue: Queue, for purpose: String = "buffer") throws {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let limit = queue.device.largestAllocation
    guard bytes <= limit || limit == 0 else {
      throw ComputeError.insufficientMemory(
        what: "\(purpose), in one buffer,", needed: bytes, available: limit,
        remedy: "use a smaller batch or image, or another device")
    }
    let memory = try create("clCreateBuffer", "\(purpose), \(ComputeError.mebibytes(bytes))") {
      clCreateBuffer(queue.context.raw, cl_mem_flags(CL_MEM_READ_WRITE), bytes, nil, $0)
    }
    handle = Handle(owning: memory, release: clReleaseMemObject)
  }

  /// A buffer that holds `elements`.
  public convenience init(_ elements: [Element], on queue: Queue, for purpose: String = "buffer") throws {
    try self.init(count: elements.count, on: queue, for: purpose)
    try elements.withUnsafeBufferPointer { try queue.write($0, to: self) }
  }

  public var byteCount: Int { count * MemoryLayout<Element>.stride }
}
