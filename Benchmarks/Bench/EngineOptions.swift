import ArgumentParser
import Compute
import Foundation
import RelevancePropagation

/// Where and by which algorithms something is computed; the same for all that computes.
struct EngineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Device: an index, gpu, cpu, or a part of its name.", valueName: "device"))
  var device: String?

  @Option(
    help: ArgumentHelp("Threads of PoCL (POCL_MAX_PTHREAD_COUNT). Default: all cores.", valueName: "number"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Kernels: \(KernelFamily.allCases.map(\.rawValue).joined(separator: ", ")). Default: the device's.",
      valueName: "family"))
  var kernels: String?

  @Option(help: "What speed may cost: accurate or fast.")
  var precision = Precision.accurate

  @Option(
    help: ArgumentHelp(
      "A CPU's convolutions: \(ConvolutionChoice.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "algorithm"))
  var convolutions = ConvolutionChoice.automatic

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads \(threads): expected at least 1") }
  }

  /// The device, with its number of threads.
  ///
  /// - Parameter pinned: PoCL's threads stay on a core each, where the process may use all. Behind a pause the system may wake
  ///   two on the same core and part them some milliseconds later, longer than a layer takes.
  func chosenDevice(pinned: Bool = false) throws -> Device {
    // PoCL reads these when it first lists its devices.
    if let threads { setenv("POCL_MAX_PTHREAD_COUNT", "\(threads)", 1) }
    let process = ProcessInfo.processInfo
    if pinned, process.activeProcessorCount == process.processorCount, threads ?? 1 <= process.processorCount {
      setenv("POCL_AFFINITY", "1", 0)
    }
    return try DeviceChoice.choose(
      device, environment: ProcessInfo.processInfo.environment, among: Device.all()
    ).device
  }

  /// The one place where the benchmarks make an engine: options that choose algorithms for all of it are passed on here.
  ///
  /// - Parameter name: a precision in the place of the option's.
  func engine(profiling: Bool = false, pinned: Bool = false, precision name: String? = nil) throws -> Engine {
    guard let precision = name.map({ Precision(rawValue: $0) }) ?? self.precision else {
      throw SessionError(
        "precision \(name!): not built; there are \(Precision.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let device = try chosenDevice(pinned: pinned)
    let family = try KernelFamily.choose(kernels, environment: ProcessInfo.processInfo.environment, for: device)
    return try Engine(
      device: device, family: family, precision: precision, convolutions: convolutions, profiling: profiling)
  }
}

extension Precision: ExpressibleByArgument {}
extension ConvolutionChoice: ExpressibleByArgument {}
