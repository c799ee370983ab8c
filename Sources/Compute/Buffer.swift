internal import COpenCL

/// Device memory for `count` elements.
public final class Buffer<Element: BitwiseCopyable>: Sendable {
  public let count: Int
  let handle: Handle
  /// Whether the memory is someone else's, to be read alone.
  private let isBorrowed: Bool

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
    isBorrowed = false
    guard queue.device.sharesHostMemory, bytes >= Self.smallestOwn else {
      let memory = try create("clCreateBuffer", "\(purpose), \(ComputeError.mebibytes(bytes))") {
        clCreateBuffer(queue.context.raw, cl_mem_flags(CL_MEM_READ_WRITE), bytes, nil, $0)
      }
      handle = Handle(owning: memory, release: clReleaseMemObject)
      return
    }
    let memory = try HostMemory(byteCount: bytes, for: purpose)
    handle = try Self.over(
      memory.bytes.baseAddress!, bytes, keeping: memory, flags: CL_MEM_READ_WRITE, queue: queue, for: purpose)
  }

  /// Elements that lie in this process's memory already, for kernels to read alone: nothing is copied.
  ///
  /// - Parameter owner: kept until the driver is done with the buffer, which may be after the buffer is gone.
  /// - Precondition: the device shares the host's memory; `elements` stay where and what they are as long as `owner` lives.
  public init(
    reading elements: UnsafeBufferPointer<Element>, keeping owner: any AnyObject & Sendable, on queue: Queue,
    for purpose: String = "buffer"
  ) throws {
    precondition(queue.device.sharesHostMemory, "\(queue.device) has memory of its own")
    precondition(!elements.isEmpty, "no elements")
    count = elements.count
    isBorrowed = true
    let bytes = elements.count * MemoryLayout<Element>.stride
    handle = try Self.over(
      UnsafeMutableRawPointer(mutating: elements.baseAddress!), bytes, keeping: owner, flags: CL_MEM_READ_ONLY,
      queue: queue, for: purpose)
  }

  /// Bytes from which on large pages are worth memory of our own.
  private static var smallestOwn: Int { 2 << 20 }

  private static func over(
    _ start: UnsafeMutableRawPointer, _ bytes: Int, keeping owner: any AnyObject & Sendable, flags: Int32, queue: Queue,
    for purpose: String
  ) throws -> Handle {
    let memory = try create("clCreateBuffer", "\(purpose), \(ComputeError.mebibytes(bytes))") {
      clCreateBuffer(queue.context.raw, cl_mem_flags(flags | CL_MEM_USE_HOST_PTR), bytes, start, $0)
    }
    let handle = Handle(owning: memory, release: clReleaseMemObject)
    let kept = Unmanaged.passRetained(owner as AnyObject)
    let status = clSetMemObjectDestructorCallback(
      memory, { _, owner in Unmanaged<AnyObject>.fromOpaque(owner!).release() }, kept.toOpaque())
    if status != CL_SUCCESS { kept.release() }
    try check("clSetMemObjectDestructorCallback", status)
    return handle
  }

  /// - Precondition: the buffer's memory is its own.
  func requireWritable() { precondition(!isBorrowed, "memory that was lent to be read") }

  /// A buffer that holds `elements`.
  public convenience init(_ elements: [Element], on queue: Queue, for purpose: String = "buffer") throws {
    try self.init(count: elements.count, on: queue, for: purpose)
    try elements.withUnsafeBufferPointer { try queue.write($0, to: self) }
  }

  public var byteCount: Int { count * MemoryLayout<Element>.stride }
}
