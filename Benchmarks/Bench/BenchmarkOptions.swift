import ArgumentParser
import Compute
import Foundation
import RelevancePropagation

/// What is measured, where, and how often; the same for all benchmarks.
struct BenchmarkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A network's file. Default: VGG-16 with seeded random weights.", valueName: "file"))
  var model: String?

  @Option(help: ArgumentHelp("Side of the input image, for VGG-16 a multiple of 32.", valueName: "pixels"))
  var side: Int?

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

  @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed runs of each measurement.", valueName: "number"))
  var repetitions = 9

  @Option(
    help: ArgumentHelp("Most seconds for one measurement: it then has fewer runs, but three.", valueName: "seconds"))
  var seconds = 30.0

  @Flag(help: "A tiny network and one run each: shows that the benchmarks work, measures nothing.")
  var quick = false

  func validate() throws {
    for (name, value) in [("side", side), ("threads", threads), ("repeat", repetitions)] {
      if let value, value < 1 { throw ValidationError("--\(name) \(value): expected at least 1") }
    }
    if let side, model == nil, side % 32 != 0 {
      throw ValidationError("--side \(side): VGG-16 halves the image five times; expected a multiple of 32")
    }
  }

  /// The device, with its number of threads.
  func chosenDevice() throws -> Device {
    // PoCL reads it when it first lists its devices.
    if let threads { setenv("POCL_MAX_PTHREAD_COUNT", "\(threads)", 1) }
    return try DeviceChoice.choose(
      device, environment: ProcessInfo.processInfo.environment, among: Device.all()
    ).device
  }

  /// The one place where the benchmarks make an engine: options that choose algorithms for all of it are passed on here.
  func engine(profiling: Bool = false) throws -> Engine {
    let device = try chosenDevice()
    let family = try KernelFamily.choose(kernels, environment: ProcessInfo.processInfo.environment, for: device)
    return try Engine(
      device: device, family: family, precision: precision, convolutions: convolutions, profiling: profiling)
  }

  var timing: Timing { quick ? Timing(repetitions: 1, seconds: 0) : Timing(repetitions: repetitions, seconds: seconds) }

  /// The same options as a command line, for a child process or another benchmark.
  var arguments: [String] {
    func option(_ name: String, _ value: (some CustomStringConvertible)?) -> [String] {
      value.map { ["--\(name)", "\($0)"] } ?? []
    }
    return option("model", model) + option("side", side) + option("device", device) + option("threads", threads)
      + option("kernels", kernels) + option("repeat", repetitions) + option("seconds", seconds)
      + (quick ? ["--quick"] : [])
  }
}

extension Precision: ExpressibleByArgument {}
extension ConvolutionChoice: ExpressibleByArgument {}
