import ArgumentParser
import Compute
import Foundation

/// `relprop devices`: all devices of all platforms.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List the OpenCL devices and say which one would be used.")

  @OptionGroup var options: DeviceOptions

  func run() throws {
    let devices = try Device.all()
    let choice = try DeviceChoice.choose(
      options.device, environment: ProcessInfo.processInfo.environment, among: devices)
    for device in devices {
      let mark = device.index == choice.device.index ? "*" : " "
      print("\(mark) \(device.index)  \(device.kind.rawValue)  \(device.name)")
      print("       platform  \(device.platform), \(device.platformVersion)")
      print("       driver    \(device.driverVersion)")
      print("       units     \(device.computeUnits)")
      print(
        "       memory    \(device.globalMemory >> 20) MiB, largest buffer \(device.largestAllocation >> 20) MiB, "
          + "local \(device.localMemory >> 10) KiB")
    }
    print("* would be used: \(choice.reason)")
  }
}
