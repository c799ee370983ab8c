import Compute
import Foundation
import RelevancePropagation

/// The device the tests run on: `RELPROP_DEVICE`, else the best there is; kernels of `RELPROP_KERNEL_FAMILY`, else those
/// made for the device. Compiled once for all tests.
package enum TestDevice {
  package static let engine = make(nil)
  package static let plain = make(.plain)
  package static let cpu = make(.cpu)
  package static let gpu = make(.gpu)

  /// The same device with each family of kernels: all are tested wherever the tests run.
  package static func engine(of family: KernelFamily) -> Engine {
    switch family {
    case .plain: plain
    case .cpu: cpu
    case .gpu: gpu
    }
  }

  /// The same device with the CPU's kernels and these choices.
  package static func cpu(convolutions: ConvolutionChoice = .automatic, precision: Precision = .accurate) -> Engine {
    make(.cpu, precision, convolutions)
  }

  private static func make(
    _ family: KernelFamily?, _ precision: Precision = .accurate, _ convolutions: ConvolutionChoice = .automatic
  ) -> Engine {
    do {
      let environment = ProcessInfo.processInfo.environment
      let device = try DeviceChoice.choose(nil, environment: environment, among: Device.all()).device
      return try Engine(
        device: device, family: family ?? KernelFamily.choose(nil, environment: environment, for: device),
        tuning: TuningTable.standard(for: device), precision: precision, convolutions: convolutions)
    } catch {
      fatalError("no engine for the tests: \(error)")
    }
  }
}
