import Compute
import Foundation
import RelevancePropagation

/// The device the tests run on (`RELPROP_DEVICE`, else the best there is), with every family of kernels; each is compiled
/// once.
enum TestEngine {
  static let standard = make(nil)
  static let plain = make(.plain)
  static let gpu = make(.gpu)

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
