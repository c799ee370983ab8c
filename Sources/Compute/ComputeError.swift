/// What can go wrong with a device; every message says what was found and what to do.
public enum ComputeError: Error, CustomStringConvertible {
  /// No platform or no device is there, or none matches the request.
  case noDevice(found: String, remedy: String)
  /// An OpenCL call failed.
  case call(name: String, status: Status, context: String)
  /// A program does not compile: the whole log.
  case build(program: String, device: String, options: String, log: String)
  /// The program has no kernel of this name.
  case noKernel(name: String, program: String)
  /// A plan needs more than the device has.
  case insufficientMemory(what: String, needed: Int, available: Int, remedy: String)

  public var description: String {
    switch self {
    case .noDevice(let found, let remedy):
      "no OpenCL device: \(found); \(remedy)"
    case .call(let name, let status, let context):
      "\(name) failed with \(status)" + (context.isEmpty ? "" : " (\(context))")
    case .build(let program, let device, let options, let log):
      """
      program "\(program)" does not build on \(device) with options "\(options)"; the compiler's log:
      \(log)
      """
    case .noKernel(let name, let program):
      "program \"\(program)\" has no kernel \"\(name)\""
    case .insufficientMemory(let what, let needed, let available, let remedy):
      "\(what) needs \(Self.mebibytes(needed)), the device has \(Self.mebibytes(available)); \(remedy)"
    }
  }

  static func mebibytes(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\(bytes) bytes" : "\((bytes + (1 << 19)) >> 20) MiB"
  }
}
