/// Which device is used, and why.
public struct DeviceChoice: Sendable {
  public let device: Device
  /// One line for the user: "only device", "--device gpu", …
  public let reason: String

  /// Environment variable that names a device where the command line does not.
  public static let environmentVariable = "RELPROP_DEVICE"

  /// Chooses among `devices`.
  ///
  /// - Parameters:
  ///   - request: an index, `gpu`, `cpu`, or a part of the name or platform; nil takes a GPU before a CPU.
  ///   - origin: where the request came from, for the reason ("--device", the environment variable's name).
  /// - Throws: `ComputeError.noDevice` listing what is there.
  public init(_ request: String?, origin: String = "--device", among devices: [Device]) throws {
    let list = devices.map { "\($0.index): \($0)" }.joined(separator: "; ")
    guard let request, !request.isEmpty else {
      guard let best = devices.min(by: { Self.rank($0) < Self.rank($1) }) else {
        throw ComputeError.noDevice(found: "none", remedy: "install a driver")
      }
      device = best
      reason =
        devices.count == 1
        ? "the only device" : "\(best.kind.rawValue) first of \(devices.count) devices; --device chooses another"
      return
    }
    let matches: [Device] =
      if let index = Int(request) {
        devices.filter { $0.index == index }
      } else if let kind = Device.Kind(rawValue: request.lowercased()) {
        devices.filter { $0.kind == kind }
      } else {
        devices.filter { "\($0.name) \($0.platform)".lowercased().contains(request.lowercased()) }
      }
    guard let match = matches.first else {
      throw ComputeError.noDevice(
        found: "\(origin) \"\(request)\" matches none of \(list)",
        remedy: "give an index, cpu, gpu or a part of a name")
    }
    device = match
    reason = "\(origin) \(request)" + (matches.count > 1 ? ", first of \(matches.count) matches" : "")
  }

  /// Chooses from the command line's request, else the environment's, else by kind.
  public static func choose(
    _ request: String?, environment: [String: String], among devices: [Device]
  ) throws -> DeviceChoice {
    if request == nil, let variable = environment[environmentVariable], !variable.isEmpty {
      return try DeviceChoice(variable, origin: environmentVariable, among: devices)
    }
    return try DeviceChoice(request, among: devices)
  }

  private static func rank(_ device: Device) -> (Int, Int) {
    let kinds: [Device.Kind] = [.gpu, .accelerator, .cpu, .other]
    return (kinds.firstIndex(of: device.kind)!, device.index)
  }
}
