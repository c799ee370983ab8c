internal import COpenCL

/// An in-order command queue on one device, with its context.
///
/// Launches and copies run in the order they are enqueued; only `read`, `write` and `finish` wait, and `Event.wait`. What is
/// enqueued on two queues of one context runs in any order, and at the same time, but where one holds until an event of
/// the other.
public final class Queue: Sendable {
  public let device: Device
  let context: Handle
  let queue: Handle
  /// Of a profiling queue.
  private let recorder: LaunchRecorder?

  /// - Parameter profiling: measure every launch on the device (`launchRecords`); off, nothing is kept or spent.
  public init(device: Device, profiling: Bool = false) throws {
    self.device = device
    var id: cl_device_id? = device.id
    let context = try create("clCreateContext", device.name) { clCreateContext(nil, 1, &id, nil, nil, $0) }
    self.context = Handle(owning: context, release: clReleaseContext)
    let queue = try create("clCreateCommandQueue", device.name) {
      clCreateCommandQueue(
        context, device.id, profiling ? cl_command_queue_properties(CL_QUEUE_PROFILING_ENABLE) : 0, $0)
    }
    self.queue = Handle(owning: queue, release: clReleaseCommandQueue)
    recorder = profiling ? LaunchRecorder() : nil
  }

  /// Another queue of the context of `other`, for what may run beside it. Its launches are not recorded.
  public init(beside other: Queue) throws {
    device = other.device
    try check("clRetainContext", clRetainContext(other.context.raw))
    context = Handle(owning: other.context.raw, release: clReleaseContext)
    let (context, device) = (other.context.raw, other.device)
    let queue = try create("clCreateCommandQueue", device.name) { clCreateCommandQueue(context, device.id, 0, $0) }
    self.queue = Handle(owning: queue, release: clReleaseCommandQueue)
    recorder = nil
  }

  /// Hands what was enqueued to the device, where the driver collects commands: else it may begin only when somebody waits.
  public func flush() throws { try check("clFlush", clFlush(queue.raw)) }

  /// An event for everything that was enqueued so far.
  public func mark() throws -> Event {
    var event: cl_event?
    try check("clEnqueueMarkerWithWaitList", clEnqueueMarkerWithWaitList(queue.raw, 0, nil, &event))
    return Event(owning: event!)
  }

  /// What is enqueued from here on begins when `event` is done.
  ///
  /// - Precondition: the event's queue has been flushed since.
  public func hold(until event: Event) throws {
    var raw: cl_event? = event.handle.raw
    try check("clEnqueueBarrierWithWaitList", clEnqueueBarrierWithWaitList(queue.raw, 1, &raw, nil))
  }

  /// Waits until everything enqueued so far is done.
  public func finish() throws { try check("clFinish", clFinish(queue.raw)) }

  /// Copies `elements` to the start of `buffer`. Returns when the host memory may be reused.
  public func write<Element>(_ elements: UnsafeBufferPointer<Element>, to buffer: Buffer<Element>, at index: Int = 0)
    throws
  {
    precondition(index + elements.count <= buffer.count, "\(elements.count) elements into \(buffer.count)")
    buffer.requireWritable()
    guard let base = elements.baseAddress, !elements.isEmpty else { return }
    let stride = MemoryLayout<Element>.stride
    try check(
      "clEnqueueWriteBuffer",
      clEnqueueWriteBuffer(
        queue.raw, buffer.handle.raw, cl_bool(CL_TRUE), index * stride, elements.count * stride, base, 0, nil, nil))
  }

  /// The first `count` elements of `buffer` from `index` on, after everything enqueued so far.
  public func read<Element>(_ buffer: Buffer<Element>, at index: Int = 0, count: Int) throws -> [Element] {
    try [Element](unsafeUninitializedCapacity: count) { memory, initialized in
      try read(buffer, at: index, into: UnsafeMutableBufferPointer(rebasing: memory[..<count]))
      initialized = count
    }
  }

  /// The same into memory that is there.
  public func read<Element>(
    _ buffer: Buffer<Element>, at index: Int = 0, into memory: UnsafeMutableBufferPointer<Element>
  ) throws {
    precondition(index + memory.count <= buffer.count, "\(memory.count) elements from \(buffer.count)")
    guard let base = memory.baseAddress, !memory.isEmpty else { return }
    let stride = MemoryLayout<Element>.stride
    try check(
      "clEnqueueReadBuffer",
      clEnqueueReadBuffer(
        queue.raw, buffer.handle.raw, cl_bool(CL_TRUE), index * stride, memory.count * stride, base, 0, nil, nil))
  }

  /// Enqueues a copy of the first `count` elements of `memory` to the start of `buffer`; the event says when they may change.
  public func write<Element>(_ memory: StagingMemory<Element>, count: Int, to buffer: Buffer<Element>) throws -> Event {
    precondition(count <= min(memory.count, buffer.count), "\(count) elements of \(memory.count) into \(buffer.count)")
    buffer.requireWritable()
    var event: cl_event?
    try check(
      "clEnqueueWriteBuffer",
      clEnqueueWriteBuffer(
        queue.raw, buffer.handle.raw, cl_bool(CL_FALSE), 0, count * MemoryLayout<Element>.stride,
        memory.elements.baseAddress!, 0, nil, &event))
    return Event(owning: event!)
  }

  /// Enqueues a copy of the first `count` elements of `buffer` to the start of `memory`; the event says when they are there.
  public func read<Element>(_ buffer: Buffer<Element>, count: Int, into memory: StagingMemory<Element>) throws -> Event
  {
    precondition(count <= min(memory.count, buffer.count), "\(count) elements of \(buffer.count) into \(memory.count)")
    var event: cl_event?
    try check(
      "clEnqueueReadBuffer",
      clEnqueueReadBuffer(
        queue.raw, buffer.handle.raw, cl_bool(CL_FALSE), 0, count * MemoryLayout<Element>.stride,
        memory.elements.baseAddress!, 0, nil, &event))
    return Event(owning: event!)
  }

  /// Enqueues `kernel` over `grid` work-items in groups of `group`; the grid is rounded up to whole groups, so kernels
  /// test their bounds.
  public func launch(_ kernel: Kernel, grid: Grid, group: Grid, _ arguments: [any KernelArgument]) throws {
    guard let recorder else { return try kernel.enqueue(on: queue.raw, grid: grid, group: group, arguments) }
    var event: cl_event?
    try kernel.enqueue(on: queue.raw, grid: grid, group: group, arguments, event: &event)
    if let event { recorder.add(kernel: kernel.name, event: event) }
  }

  /// Names what the launches in `body` are for, in the records of a profiling queue; the innermost label counts.
  ///
  /// The label is the queue's: label from one thread at a time.
  public func labelled<R>(_ label: @autoclosure () -> String, _ body: () throws -> R) rethrows -> R {
    guard let recorder else { return try body() }
    let before = recorder.exchange(label: label())
    defer { _ = recorder.exchange(label: before) }
    return try body()
  }

  /// Waits, then gives the launches since the last call, in order; always empty without profiling.
  public func launchRecords() throws -> [LaunchRecord] {
    guard let recorder else { return [] }
    try finish()
    return try recorder.take()
  }
}

/// Numbers of work-items along up to three axes.
public struct Grid: Sendable, Hashable {
  public var x: Int
  public var y: Int
  public var z: Int
  public init(_ x: Int, _ y: Int = 1, _ z: Int = 1) {
    self.x = x
    self.y = y
    self.z = z
  }
}
