public import Compute

/// Which forms of the kernels an engine launches. All give the same numbers to rounding.
public enum KernelFamily: String, CaseIterable, Sendable {
  /// One output a work-item, as the equations read: the reference for the others, on every device.
  case plain
  /// Sixteen numbers a work-item in vector registers, no local memory: PoCL does not vectorize work-items.
  case cpu
  /// Tiles in local memory and registers, sums shared by a work-group; parameters from the tuning table.
  case gpu

  /// Environment variable that names a family where the caller does not.
  public static let environmentVariable = "RELPROP_KERNEL_FAMILY"

  /// The family made for this kind of device.
  public init(for kind: Device.Kind) {
    self = kind == .cpu ? .cpu : .gpu
  }

  /// The family asked for, else the environment's, else the one made for the device.
  ///
  /// - Parameter origin: where `request` came from, for the message.
  /// - Throws: `KernelFamilyError` for a name that is none.
  public static func choose(
    _ request: String?, origin: String = "--kernels", environment: [String: String], for device: Device
  ) throws -> KernelFamily {
    try choose(request, origin: origin, environment: environment, otherwise: KernelFamily(for: device.kind))
  }

  /// The same where no device is looked at.
  ///
  /// - Throws: `KernelFamilyError` for a name that is none.
  public static func choose(
    _ request: String?, origin: String = "--kernels", environment: [String: String], otherwise: KernelFamily
  ) throws -> KernelFamily {
    let variable = environment[environmentVariable].flatMap { $0.isEmpty ? nil : $0 }
    guard let name = request ?? variable else { return otherwise }
    guard let family = KernelFamily(rawValue: name) else {
      throw KernelFamilyError(name: name, origin: request == nil ? environmentVariable : origin)
    }
    return family
  }
}

/// A name that is no family of kernels.
public struct KernelFamilyError: Error, CustomStringConvertible {
  public let name: String
  public let origin: String

  public var description: String {
    "\(origin) \"\(name)\": expected one of \(KernelFamily.allCases.map(\.rawValue).joined(separator: ", "))"
  }
}
