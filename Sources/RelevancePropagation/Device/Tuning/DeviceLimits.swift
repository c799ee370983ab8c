public import Compute

/// What a device allows a work-group, as far as kernels must fit it.
public struct DeviceLimits: Sendable {
  /// Bytes a group may use.
  public var localMemory: Int
  /// Work-items.
  public var workGroup: Int
  public var computeUnits: Int

  public init(localMemory: Int, workGroup: Int, computeUnits: Int) {
    self.localMemory = localMemory
    self.workGroup = workGroup
    self.computeUnits = computeUnits
  }

  public init(_ device: Device) {
    // PoCL ends the process above a mebibyte, whatever the device says.
    self.init(
      localMemory: min(device.localMemory, 1 << 20), workGroup: device.largestWorkGroup,
      computeUnits: device.computeUnits)
  }
}
