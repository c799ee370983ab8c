internal import COpenCL

/// Host memory for `count` elements that a device copies to and from while the host does something else.
///
/// It is what the driver calls pinned: mapped for as long as this object lives, so that a copy needs no processor and no
/// second copy in the driver. Copies that nobody waits for go through it alone: who fills or reads it waits for the event of the
/// copy before.
///
/// - Precondition: when it is let go of, copies to and from it on other queues than its own are done.
public final class StagingMemory<Element: BitwiseCopyable>: Sendable {
  public let count: Int
  // What lies there is its users' to guard, by events; the memory goes with this object.
  private nonisolated(unsafe) let base: UnsafeMutablePointer<Element>
  private let handle: Handle
  /// Unmaps it.
  private let queue: Queue

  /// - Throws: `ComputeError` where the driver has no such memory left.
  public init(count: Int, on queue: Queue, for purpose: String = "staging memory") throws {
    (self.count, self.queue) = (count, queue)
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let memory = try create("clCreateBuffer", "\(purpose), \(ComputeError.mebibytes(bytes))") {
      clCreateBuffer(
        queue.context.raw, cl_mem_flags(CL_MEM_READ_WRITE) | cl_mem_flags(CL_MEM_ALLOC_HOST_PTR), bytes, nil, $0)
    }
    handle = Handle(owning: memory, release: clReleaseMemObject)
    var status: cl_int = CL_SUCCESS
    let mapped = clEnqueueMapBuffer(
      queue.queue.raw, memory, cl_bool(CL_TRUE), cl_map_flags(CL_MAP_READ) | cl_map_flags(CL_MAP_WRITE), 0, bytes, 0,
      nil, nil, &status)
    try check("clEnqueueMapBuffer", status, "\(purpose), \(ComputeError.mebibytes(bytes))")
    base = mapped!.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { _ = clEnqueueUnmapMemObject(queue.queue.raw, handle.raw, base, 0, nil, nil) }

  /// The memory, valid as long as this object is.
  public var elements: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: base, count: count) }
}
