internal import COpenCL
import Foundation
import Synchronization

/// An OpenCL device of any platform, with what a plan needs to know of it.
public struct Device: Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable { case gpu, cpu, accelerator, other }

  /// Position in the list of all devices of all platforms.
  public let index: Int
  public let kind: Kind
  public let name: String
  public let vendor: String
  public let platform: String
  public let platformVersion: String
  public let driverVersion: String
  public let computeUnits: Int
  /// Bytes.
  public let globalMemory: Int
  /// Bytes of the largest single buffer.
  public let largestAllocation: Int
  /// Bytes.
  public let localMemory: Int
  public let largestWorkGroup: Int

  // Root device ids live as long as the process; OpenCL allows their use from any thread.
  nonisolated(unsafe) let id: cl_device_id
  nonisolated(unsafe) let platformID: cl_platform_id

  /// Whether kernels work in the host's own memory, so that nothing need be copied for them.
  public var sharesHostMemory: Bool { kind == .cpu }

  /// Whether the driver keeps what it compiled by itself, so that a cache of ours would only cost time.
  ///
  /// PoCL does: a kernel is compiled for each work-group size it is launched with, when it is, and kept in PoCL's folder.
  /// Asking PoCL for a program's binary compiles every kernel of it once more, for any size, used or not.
  public var keepsPrograms: Bool { platform == "Portable Computing Language" }

  public var description: String { "\(name) (\(kind.rawValue), \(platform))" }

  /// All devices of all platforms, in the loader's order.
  ///
  /// - Throws: `ComputeError.noDevice` with the remedy where the loader finds no driver, or no driver finds a device.
  public static func all() throws -> [Device] {
    // One thread at a time: PoCL reports no device to the second of two that ask first at the same moment.
    try known.withLock { known throws in
      if known.isEmpty { known = try enumerate() }
      return known
    }
  }

  private static let known = Mutex<[Device]>([])

  private static func enumerate() throws -> [Device] {
    PoCLCache.makeWritable()
    let platforms = try platformIDs()
    var devices: [Device] = []
    var silent: [String] = []
    for platform in platforms {
      var count: cl_uint = 0
      let status = clGetDeviceIDs(platform, cl_device_type(CL_DEVICE_TYPE_ALL), 0, nil, &count)
      guard status == CL_SUCCESS, count > 0 else {
        silent.append("\(platformText(platform, CL_PLATFORM_NAME)): \(Status(rawValue: status))")
        continue
      }
      var ids = [cl_device_id?](repeating: nil, count: Int(count))
      try check(
        "clGetDeviceIDs", clGetDeviceIDs(platform, cl_device_type(CL_DEVICE_TYPE_ALL), count, &ids, nil))
      for id in ids { devices.append(Device(index: devices.count, id: id!, platform: platform)) }
    }
    guard !devices.isEmpty else {
      throw ComputeError.noDevice(
        found: "\(platforms.count) platform(s), none with a device (\(silent.joined(separator: "; ")))",
        remedy: "for PoCL set POCL_CACHE_DIR to a folder you can write; for a GPU check its driver")
    }
    return devices
  }

  static func platformIDs() throws -> [cl_platform_id] {
    if let problem = opencl_loader_problem() {
      throw ComputeError.noDevice(
        found: "the OpenCL loader cannot be opened (\(String(cString: problem)))",
        remedy: "install it: apt-get install ocl-icd-libopencl1 pocl-opencl-icd")
    }
    var count: cl_uint = 0
    let status = clGetPlatformIDs(0, nil, &count)
    // The loader reports -1001 (CL_PLATFORM_NOT_FOUND_KHR) where no driver is installed.
    guard status == CL_SUCCESS, count > 0 else {
      throw ComputeError.noDevice(
        found: "the loader finds no driver (\(Status(rawValue: status)))",
        remedy: "install one: apt-get install pocl-opencl-icd runs on any CPU; a GPU brings its own")
    }
    var ids = [cl_platform_id?](repeating: nil, count: Int(count))
    try check("clGetPlatformIDs", clGetPlatformIDs(count, &ids, nil))
    return ids.map { $0! }
  }

  private init(index: Int, id: cl_device_id, platform: cl_platform_id) {
    self.index = index
    self.id = id
    self.platformID = platform
    let type: cl_device_type = Self.value(id, CL_DEVICE_TYPE) ?? 0
    kind =
      if type & cl_device_type(CL_DEVICE_TYPE_GPU) != 0 {
        .gpu
      } else if type & cl_device_type(CL_DEVICE_TYPE_CPU) != 0 {
        .cpu
      } else if type & cl_device_type(CL_DEVICE_TYPE_ACCELERATOR) != 0 {
        .accelerator
      } else {
        .other
      }
    name = Self.text(id, CL_DEVICE_NAME)
    vendor = Self.text(id, CL_DEVICE_VENDOR)
    driverVersion = Self.text(id, CL_DRIVER_VERSION)
    self.platform = Self.platformText(platform, CL_PLATFORM_NAME)
    platformVersion = Self.platformText(platform, CL_PLATFORM_VERSION)
    computeUnits = Int((Self.value(id, CL_DEVICE_MAX_COMPUTE_UNITS) ?? 1) as cl_uint)
    globalMemory = Int((Self.value(id, CL_DEVICE_GLOBAL_MEM_SIZE) ?? 0) as cl_ulong)
    largestAllocation = Int((Self.value(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE) ?? 0) as cl_ulong)
    localMemory = Int((Self.value(id, CL_DEVICE_LOCAL_MEM_SIZE) ?? 0) as cl_ulong)
    largestWorkGroup = (Self.value(id, CL_DEVICE_MAX_WORK_GROUP_SIZE) ?? 1) as Int
  }

  private static func value<T: BitwiseCopyable>(_ id: cl_device_id, _ key: Int32) -> T? {
    withUnsafeTemporaryAllocation(of: T.self, capacity: 1) { pointer in
      let status = clGetDeviceInfo(
        id, cl_device_info(key), MemoryLayout<T>.size, pointer.baseAddress, nil)
      return status == CL_SUCCESS ? pointer[0] : nil
    }
  }

  private static func text(_ id: cl_device_id, _ key: Int32) -> String {
    infoText { clGetDeviceInfo(id, cl_device_info(key), $0, $1, $2) }
  }

  static func platformText(_ id: cl_platform_id, _ key: Int32) -> String {
    infoText { clGetPlatformInfo(id, cl_platform_info(key), $0, $1, $2) }
  }
}

/// Reads a text property: asks for its size, then for its bytes.
func infoText(_ query: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int) -> String {
  var size = 0
  guard query(0, nil, &size) == CL_SUCCESS, size > 0 else { return "" }
  var bytes = [UInt8](repeating: 0, count: size)
  guard query(size, &bytes, nil) == CL_SUCCESS else { return "" }
  return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    .trimmingCharacters(in: .whitespacesAndNewlines)
}
