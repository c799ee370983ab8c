internal import COpenCL
import Foundation

/// A compiled OpenCL program on one queue's device.
public final class Program: Sendable {
  public let name: String
  /// Whether the binary came from the cache.
  public let wasCached: Bool
  /// What its binary depends on.
  let key: ProgramCache.Key
  private let handle: Handle

  /// Compiles `source`, or loads what an earlier run compiled.
  ///
  /// - Parameters:
  ///   - name: for messages.
  ///   - cache: nil always compiles.
  /// - Throws: `ComputeError.build` with the compiler's whole log.
  public init(
    name: String, source: String, options: String = "", on queue: Queue, cache: ProgramCache? = .standard
  ) throws {
    self.name = name
    let device = queue.device
    key = ProgramCache.Key(source: source, options: options, device: device)
    if let cache, let binary = cache.binary(for: key),
      let loaded = Self.load(binary: binary, options: options, queue: queue)
    {
      handle = loaded
      wasCached = true
      return
    }
    handle = try Self.compile(name: name, source: source, options: options, queue: queue)
    wasCached = false
    if let cache, let binary = Self.binary(of: handle.raw) { cache.store(binary, for: key) }
  }

  public func kernel(_ kernelName: String) throws -> Kernel {
    var status: cl_int = CL_SUCCESS
    guard let kernel = clCreateKernel(handle.raw, kernelName, &status), status == CL_SUCCESS else {
      throw ComputeError.noKernel(name: kernelName, program: name)
    }
    return Kernel(name: kernelName, handle: Handle(owning: kernel, release: clReleaseKernel))
  }

  private static func compile(name: String, source: String, options: String, queue: Queue) throws -> Handle {
    let program = try source.withCString { text in
      var pointer: UnsafePointer<CChar>? = text
      return try create("clCreateProgramWithSource", name) {
        clCreateProgramWithSource(queue.context.raw, 1, &pointer, nil, $0)
      }
    }
    let handle = Handle(owning: program, release: clReleaseProgram)
    var id: cl_device_id? = queue.device.id
    let status = clBuildProgram(program, 1, &id, options, nil, nil)
    guard status == CL_SUCCESS else {
      let log = infoText {
        clGetProgramBuildInfo(program, queue.device.id, cl_program_build_info(CL_PROGRAM_BUILD_LOG), $0, $1, $2)
      }
      throw ComputeError.build(
        program: name, device: "\(queue.device), driver \(queue.device.driverVersion)", options: options,
        log: log.isEmpty ? "(empty; \(Status(rawValue: status)))" : log)
    }
    return handle
  }

  /// Nil where the driver refuses the binary: then the source is compiled anew.
  private static func load(binary: [UInt8], options: String, queue: Queue) -> Handle? {
    var id: cl_device_id? = queue.device.id
    var binaryStatus: cl_int = CL_SUCCESS
    var status: cl_int = CL_SUCCESS
    let created = binary.withUnsafeBufferPointer { bytes in
      var length = bytes.count
      var pointer = bytes.baseAddress
      return clCreateProgramWithBinary(queue.context.raw, 1, &id, &length, &pointer, &binaryStatus, &status)
    }
    guard let program = created else { return nil }
    let handle = Handle(owning: program, release: clReleaseProgram)
    guard status == CL_SUCCESS, binaryStatus == CL_SUCCESS,
      clBuildProgram(program, 1, &id, options, nil, nil) == CL_SUCCESS
    else { return nil }
    return handle
  }

  private static func binary(of program: OpaquePointer) -> [UInt8]? {
    var size = 0
    guard
      clGetProgramInfo(
        program, cl_program_info(CL_PROGRAM_BINARY_SIZES), MemoryLayout<Int>.size, &size, nil) == CL_SUCCESS,
      size > 0
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    let status = bytes.withUnsafeMutableBufferPointer { buffer in
      var pointer = buffer.baseAddress
      return clGetProgramInfo(
        program, cl_program_info(CL_PROGRAM_BINARIES), MemoryLayout<UnsafeMutablePointer<UInt8>?>.size, &pointer,
        nil)
    }
    return status == CL_SUCCESS ? bytes : nil
  }
}
