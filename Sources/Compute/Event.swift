internal import COpenCL

/// When a command is done: for the host to wait for, and for the other queues of its context (`Queue.hold`).
public final class Event: Sendable {
  let handle: Handle

  /// Takes over the reference that the command made.
  init(owning raw: OpaquePointer) { handle = Handle(owning: raw, release: clReleaseEvent) }

  /// Waits until the command, and everything its queue enqueued before it, is done.
  public func wait() throws {
    var raw: cl_event? = handle.raw
    try check("clWaitForEvents", clWaitForEvents(1, &raw))
  }
}
