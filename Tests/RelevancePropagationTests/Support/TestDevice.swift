import Compute
import Foundation

@testable import RelevancePropagation

/// The device the tests run on: `RELPROP_DEVICE`, else the best there is. Compiled once for all tests.
enum TestDevice {
  static let engine: Engine = {
    do {
      let devices = try Device.all()
      return try Engine(
        device: DeviceChoice.choose(nil, environment: ProcessInfo.processInfo.environment, among: devices).device)
    } catch {
      fatalError("no engine for the tests: \(error)")
    }
  }()
}
