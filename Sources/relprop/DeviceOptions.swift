import ArgumentParser
import Compute
import Foundation
import RelevancePropagation

/// Which device to use; the same for all commands that compute.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Device: an index, gpu, cpu, or a part of its name. Default: $\(DeviceChoice.environmentVariable), else a GPU before a CPU.",
      valueName: "device"))
  var device: String?

  /// Finds the device, says which and why, and compiles the kernels.
  func engine(printing: Bool = true) throws -> Engine {
    let environment = ProcessInfo.processInfo.environment
    let choice = try DeviceChoice.choose(device, environment: environment, among: Device.all())
    let family = try KernelFamily.choose(nil, environment: environment, for: choice.device)
    if printing { print("device   \(choice.device) because: \(choice.reason)") }
    return try Engine(device: choice.device, family: family)
  }
}
