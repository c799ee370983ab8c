internal import COpenCL

/// Sole owner of one reference to an OpenCL object: released exactly once.
struct Handle: ~Copyable, Sendable {
  // OpenCL objects may be used from any thread; kernels, whose arguments are state, are guarded by a mutex.
  nonisolated(unsafe) let raw: OpaquePointer
  private let release: @Sendable @convention(c) (OpaquePointer?) -> cl_int

  init(
    owning raw: OpaquePointer, release: @escaping @Sendable @convention(c) (OpaquePointer?) -> cl_int
  ) {
    self.raw = raw
    self.release = release
  }

  deinit { _ = release(raw) }
}

/// Throws unless an OpenCL call succeeded.
func check(_ name: String, _ status: cl_int, _ context: @autoclosure () -> String = "") throws(ComputeError) {
  guard status == CL_SUCCESS else {
    throw .call(name: name, status: Status(rawValue: status), context: context())
  }
}

/// Runs a `clCreate…` call, which returns an object and writes a status.
func create(
  _ name: String, _ context: @autoclosure () -> String = "",
  _ body: (UnsafeMutablePointer<cl_int>) -> OpaquePointer?
) throws(ComputeError) -> OpaquePointer {
  var status: cl_int = CL_SUCCESS
  let object = body(&status)
  try check(name, status, context())
  guard let object else { throw .call(name: name, status: Status(rawValue: -34), context: "no object") }
  return object
}
