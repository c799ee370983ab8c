internal import COpenCL
import Synchronization

/// A kernel of a program. Its arguments are bound and the launch enqueued under one lock, so it may be shared.
public final class Kernel: Sendable {
  public let name: String

  private struct State: ~Copyable {
    let handle: Handle
    let argumentCount: Int
    /// What the arguments refer to. PoCL aborts when a released buffer is still a kernel's argument.
    var retained: [any KernelArgument] = []
  }
  private let state: Mutex<State>

  init(name: String, handle: consuming Handle) {
    self.name = name
    var count: cl_uint = 0
    clGetKernelInfo(handle.raw, cl_kernel_info(CL_KERNEL_NUM_ARGS), MemoryLayout<cl_uint>.size, &count, nil)
    self.state = Mutex(State(handle: handle, argumentCount: Int(count)))
  }

  /// Calls `body` with the driver's kernel and the number of its arguments.
  func withHandle<R: Sendable>(_ body: (OpaquePointer, Int) throws -> R) throws -> R {
    try state.withLock { state throws in try body(state.handle.raw, state.argumentCount) }
  }

  /// - Parameter event: where the launch's event goes, for the caller to release; nil makes none.
  func enqueue(
    on queue: OpaquePointer, grid: Grid, group: Grid, _ arguments: [any KernelArgument],
    event: UnsafeMutablePointer<cl_event?>? = nil
  ) throws {
    try state.withLock { state throws in
      // Arguments of the launch before are still bound: too few would run with them.
      guard arguments.count == state.argumentCount else {
        throw ComputeError.call(
          name: "clSetKernelArg", status: Status(rawValue: CL_INVALID_KERNEL_ARGS),
          context: "kernel \(name) takes \(state.argumentCount) arguments, found \(arguments.count)")
      }
      // Old and new ones both, until all are bound, and for good where one is not.
      let before = state.retained
      state.retained = arguments
      var isBound = false
      defer { if !isBound { state.retained += before } }
      for (position, argument) in arguments.enumerated() {
        let status = argument.withArgument {
          clSetKernelArg(state.handle.raw, cl_uint(position), $0, $1)
        }
        try check("clSetKernelArg", status, "kernel \(name), argument \(position)")
      }
      isBound = true
      let local = [group.x, group.y, group.z]
      let global = zip([grid.x, grid.y, grid.z], local).map { ($0 + $1 - 1) / $1 * $1 }
      try check(
        "clEnqueueNDRangeKernel",
        clEnqueueNDRangeKernel(queue, state.handle.raw, 3, nil, global, local, 0, nil, event),
        "kernel \(name), grid \(global), group \(local)")
    }
  }
}

/// What may be passed to a kernel: buffers, numbers, and the plain structures of Kernels/geometry.h.
public protocol KernelArgument: Sendable {
  /// Gives `body` the size in bytes and the value; no value for local memory, which has a size only.
  func withArgument<R>(_ body: (Int, UnsafeRawPointer?) -> R) -> R
}

extension KernelArgument where Self: BitwiseCopyable {
  public func withArgument<R>(_ body: (Int, UnsafeRawPointer?) -> R) -> R {
    withUnsafeBytes(of: self) { body($0.count, $0.baseAddress) }
  }
}

extension Int32: KernelArgument {}
extension Float: KernelArgument {}

extension Buffer: KernelArgument {
  public func withArgument<R>(_ body: (Int, UnsafeRawPointer?) -> R) -> R {
    withUnsafeBytes(of: handle.raw) { body($0.count, $0.baseAddress) }
  }
}

/// Memory that a work-group shares, of a size chosen at the launch.
public struct LocalMemory: KernelArgument {
  public let bytes: Int

  /// - Precondition: the device has it; PoCL ends the process where it has not.
  public init(bytes: Int) { self.bytes = bytes }

  public func withArgument<R>(_ body: (Int, UnsafeRawPointer?) -> R) -> R { body(max(bytes, 4), nil) }
}
