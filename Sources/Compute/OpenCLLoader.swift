internal import COpenCL

/// The OpenCL loader, for diagnosis.
public enum OpenCLLoader {
  /// Why the loader cannot be opened, or nil.
  public static var problem: String? { opencl_loader_problem().map { String(cString: $0) } }

  /// Names of the installed platforms (drivers).
  public static var platformNames: [String] {
    (try? Device.platformIDs().map { Device.platformText($0, CL_PLATFORM_NAME) }) ?? []
  }
}
