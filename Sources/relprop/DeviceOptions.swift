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

  @Option(
    help: ArgumentHelp(
      "What speed may cost: accurate rounds nearly like a sum in float32, fast takes larger tiles and longer sums on a CPU.",
      valueName: "precision"))
  var precision = Precision.accurate

  @Option(
    help: ArgumentHelp(
      "Kernels: \(KernelFamily.allCases.map(\.rawValue).joined(separator: ", ")). Default: those made for the device.",
      valueName: "family"))
  var kernels: String?

  @Option(
    help: ArgumentHelp(
      "One algorithm for a CPU's convolutions: "
        + "\(ConvolutionChoice.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "algorithm"))
  var convolutions = ConvolutionChoice.automatic

  /// What a plan is made for that looks at no device: kernels for CPUs unless others are named.
  ///
  /// - Throws: `KernelFamilyError`.
  func plannedKernels() throws -> KernelChoice {
    let family = try KernelFamily.choose(kernels, environment: ProcessInfo.processInfo.environment, otherwise: .cpu)
    return KernelChoice(family: family, precision: precision, convolutions: convolutions)
  }

  /// Finds the device, says which and why, and compiles the program.
  ///
  /// - Parameter helped: whether another process compiles kernels too, where none has before (`KernelHelper`).
  func engine(printing: Bool = true, helped: Bool = true) throws -> Engine {
    let environment = ProcessInfo.processInfo.environment
    let choice = try DeviceChoice.choose(device, environment: environment, among: Device.all())
    let family = try KernelFamily.choose(kernels, environment: environment, for: choice.device)
    if printing { print("device   \(choice.device) because: \(choice.reason)") }
    let engine = try Engine(
      device: choice.device, family: family, precision: precision, convolutions: convolutions)
    if helped { KernelHelper.start(for: engine) }
    return engine
  }
}

extension Precision: ExpressibleByArgument {}
extension ConvolutionChoice: ExpressibleByArgument {}
