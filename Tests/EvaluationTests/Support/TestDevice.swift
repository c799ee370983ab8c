import Compute
import Foundation

@testable import RelevancePropagation

/// The device the tests run on: `RELPROP_DEVICE`, else the best there is; kernels of `RELPROP_KERNEL_FAMILY`, else those
/// made for the device.
enum TestDevice {
  static let engine = make(nil)
  static let plain = make(.plain)
  static let cpu = make(.cpu)
  static let gpu = make(.gpu)

  static func engine(of family: KernelFamily) -> Engine {
    switch family {
    case .plain: plain
    case .cpu: cpu
    case .gpu: gpu
    }
  }

  private static func make(_ family: KernelFamily?) -> Engine {
    do {
      let environment = ProcessInfo.processInfo.environment
      let device = try DeviceChoice.choose(nil, environment: environment, among: Device.all()).device
      return try Engine(
        device: device, family: family ?? KernelFamily.choose(nil, environment: environment, for: device),
        tuning: .standard(for: device))
    } catch {
      fatalError("no engine for the tests: \(error)")
    }
  }
}
