import ArgumentParser
import Compute
import Foundation
import RelevancePropagation

/// `relprop tune`: the fastest tile sizes of the kernels on this device, kept for all later runs.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measure the tile sizes of the kernels on a device and keep the fastest.",
    discussion: """
      Every candidate's result is compared with the plain kernel's; wrong ones are rejected. The values are written beside \
      the compiled programs, for this device and driver; delete the file to go back to the program's own.
      """)

  @OptionGroup var options: DeviceOptions

  @Option(help: ArgumentHelp("Only this kernel; may be repeated. Default: all.", valueName: "kernel"))
  var only: [String] = []

  @Flag(help: "List kernels, shapes and values; measure nothing.")
  var dryRun = false

  @Flag(help: "Tiny shapes and one further value a parameter: checks the kernels, measures little.")
  var quick = false

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let choice = try DeviceChoice.choose(options.device, environment: environment, among: Device.all())
    let family = try KernelFamily.choose(options.kernels, environment: environment, for: choice.device)
    let chosen = try Self.choose(only, of: family)
    print("device   \(choice.device) because: \(choice.reason)")
    if dryRun {
      let standard = try TuningTable.standard(for: choice.device, cache: nil)
      for line in chosen.flatMap({ plan($0, standard[$0]) }) { print(line) }
      return
    }
    guard let file = TuningFile.standard(for: choice.device) else {
      throw CommandError("no folder to keep the values in; set \(ProgramCache.environmentVariable)")
    }
    let tuner = try Tuner(device: choice.device, quick: quick)
    let limits = DeviceLimits(choice.device)
    // What is there is kept for the kernels that are not tuned now; a file that does not fit is written anew.
    var table = (try? file.read(limits: limits)) ?? TuningTable()
    var failed: [String] = []
    for kernel in chosen {
      print("\(kernel.name): \(kernel.purpose)")
      print("  on \(Tuner.shapes(for: kernel, quick: quick).joined(separator: "; "))")
      if let best = try tuner.tune(kernel, report: { print("  \(Self.line($0))") }) {
        table[kernel] = best
      } else {
        failed.append(kernel.name)
      }
    }
    try file.write(table)
    print("wrote    \(file.path)")
    guard failed.isEmpty else {
      throw CommandError(
        "no values of \(failed.joined(separator: ", ")) give right results on this device; "
          + "use the plain kernels: export \(KernelFamily.environmentVariable)=plain")
    }
  }

  private static func choose(_ names: [String], of family: KernelFamily) throws -> [TunableKernel] {
    let all = Tuner.kernels(of: family)
    guard !all.isEmpty else {
      throw CommandError("the kernels \(family.rawValue) have no tile sizes to measure; --kernels gpu has")
    }
    guard !names.isEmpty else { return all }
    return try names.map { name in
      guard let kernel = all.first(where: { $0.name == name }) else {
        throw CommandError("--only \(name): expected one of \(all.map(\.name).joined(separator: ", "))")
      }
      return kernel
    }
  }

  private func plan(_ kernel: TunableKernel, _ values: TuningValues) -> [String] {
    ["\(kernel.name): \(kernel.purpose)", "  on \(Tuner.shapes(for: kernel, quick: quick).joined(separator: "; "))"]
      + kernel.parameters.map { parameter in
        let value = values[parameter.name]!
        let others = Tuner.others(parameter, than: value, quick: quick).map(String.init).joined(separator: ", ")
        return "  \(parameter.name.padded(to: 15)) \(value), tried \(others)"
      }
  }

  private static func line(_ trial: Tuner.Trial) -> String {
    let changes = trial.changed.map { "\($0) \(trial.values[$0]!)" }.joined(separator: ", ")
    let what = (changes.isEmpty ? "as they are" : changes).padded(to: 24)
    switch trial.outcome {
    case .rejected(let reason): return "\(what) rejected: \(reason)"
    case .measured(let seconds, let isBest):
      let times = seconds.map { String(format: "%9.3f ms", 1000 * $0) }.joined()
      return "\(what)\(times)" + (isBest ? "  best" : "")
    }
  }
}
