/// When one kernel ran on the device, as a profiling queue measured it.
public struct LaunchRecord: Sendable, Hashable {
  public let kernel: String
  /// What the launch was for: the innermost `Queue.labelled` around it, "conv1_1 forward"; empty outside of all.
  public let label: String
  /// Nanoseconds on the device's own clock: only differences mean anything.
  public let start: UInt64
  public let end: UInt64

  public var seconds: Double { Double(end - start) * 1e-9 }
}
