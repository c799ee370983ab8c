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

  @OptionGroup var place: EngineOptions

  @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed runs of each measurement.", valueName: "number"))
  var repetitions = 9

  @Option(
    help: ArgumentHelp("Most seconds for one measurement: it then has fewer runs, but three.", valueName: "seconds"))
  var seconds = 30.0

  @Flag(help: "A tiny network and one run each: shows that the benchmarks work, measures nothing.")
  var quick = false

  func validate() throws {
    for (name, value) in [("side", side), ("repeat", repetitions)] {
      if let value, value < 1 { throw ValidationError("--\(name) \(value): expected at least 1") }
    }
    if let side, model == nil, side % 32 != 0 {
      throw ValidationError("--side \(side): VGG-16 halves the image five times; expected a multiple of 32")
    }
  }

  var device: String? { place.device }
  var threads: Int? {
    get { place.threads }
    set { place.threads = newValue }
  }
  var kernels: String? { place.kernels }
  func chosenDevice() throws -> Device { try place.chosenDevice() }
  func engine(profiling: Bool = false, pinned: Bool = false, precision name: String? = nil) throws -> Engine {
    try place.engine(profiling: profiling, pinned: pinned, precision: name)
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
