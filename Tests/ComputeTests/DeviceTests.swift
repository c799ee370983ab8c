import Testing

@testable import Compute

@Suite struct DeviceTests {
  @Test("devices are found on all platforms, numbered in order, and described")
  func found() throws {
    let devices = try Device.all()
    #expect(!devices.isEmpty)
    #expect(devices.map(\.index) == Array(devices.indices))
    for device in devices {
      #expect(!device.name.isEmpty && !device.platform.isEmpty && !device.vendor.isEmpty)
      #expect(!device.driverVersion.isEmpty && device.platformVersion.hasPrefix("OpenCL "))
      #expect(device.computeUnits > 0 && device.largestWorkGroup > 0 && device.localMemory > 0)
      #expect(device.largestAllocation > 0 && device.largestAllocation <= device.globalMemory)
      #expect(device.description == "\(device.name) (\(device.kind.rawValue), \(device.platform))")
    }
  }

  @Test("a device is chosen by index, kind, or a part of its name or platform, whatever the case")
  func chosen() throws {
    let devices = try Device.all()
    for device in devices {
      let byIndex = try DeviceChoice(String(device.index), among: devices)
      #expect(byIndex.device.index == device.index && byIndex.reason == "--device \(device.index)")
      #expect(try DeviceChoice(device.kind.rawValue.uppercased(), among: devices).device.kind == device.kind)
      let part = String(device.name.uppercased().dropFirst(1).prefix(6))
      #expect(try DeviceChoice(part, among: devices).device.name.uppercased().contains(part))
      let platform = String(device.platform.lowercased().prefix(8))
      #expect(try DeviceChoice(platform, among: devices).device.platform.lowercased().contains(platform))
    }
  }

  @Test("without a request a GPU comes before a CPU")
  func byKind() throws {
    let devices = try Device.all()
    let choice = try DeviceChoice(nil, among: devices)
    #expect(choice.device.kind == .gpu || !devices.contains { $0.kind == .gpu })
    #expect(choice.reason.contains(devices.count == 1 ? "the only device" : "--device chooses another"))
    #expect(try DeviceChoice("", among: devices).device.index == choice.device.index)
  }

  @Test("the command line goes before the environment, and the reason says which it was")
  func environment() throws {
    let devices = try Device.all()
    let kind = devices[0].kind.rawValue
    let variable = try DeviceChoice.choose(nil, environment: ["RELPROP_DEVICE": kind], among: devices)
    #expect(variable.reason.hasPrefix("RELPROP_DEVICE \(kind)"))
    let line = try DeviceChoice.choose("0", environment: ["RELPROP_DEVICE": "nothing"], among: devices)
    #expect(line.device.index == 0 && line.reason == "--device 0")
    #expect(try DeviceChoice.choose(nil, environment: ["RELPROP_DEVICE": ""], among: devices).device.index >= 0)
    #expect(try DeviceChoice.choose(nil, environment: [:], among: devices).device.index >= 0)
  }

  @Test("a request that matches nothing lists the devices, and says where it came from")
  func noMatch() throws {
    let devices = try Device.all()
    for request in ["99", "-1", "no such device"] {
      let error = #expect(throws: ComputeError.self) { try DeviceChoice(request, among: devices) }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("no OpenCL device: --device \"\(request)\" matches none of 0: \(devices[0])"), "\(text)")
      #expect(text.hasSuffix("; give an index, cpu, gpu or a part of a name"))
    }
    let variable = #expect(throws: ComputeError.self) {
      try DeviceChoice.choose(nil, environment: ["RELPROP_DEVICE": "abacus"], among: devices)
    }
    #expect(variable?.description.contains("RELPROP_DEVICE \"abacus\"") == true)
    let none = #expect(throws: ComputeError.self) { try DeviceChoice(nil, among: []) }
    #expect(none?.description.hasPrefix("no OpenCL device: ") == true)
  }
}
