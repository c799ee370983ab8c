import ArgumentParser
import Foundation

/// `relprop-bench suite`: all benchmarks, one after another, each in a process of its own.
struct SuiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite", abstract: "All of kernels, layers, composites, targets, scaling (the default).")

  @OptionGroup var options: BenchmarkOptions

  @Option(help: ArgumentHelp("Write NAME.json and NAME.svg of each into this folder.", valueName: "folder"))
  var results: String?

  func run() throws {
    if let results {
      try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
    }
    if options.model == nil {
      try run("kernels")
      if options.threads == nil && !options.quick { try run("kernels", ["--threads", "1"], suffix: "-1-thread") }
    }
    for name in ["layers", "composites", "targets", "scaling"] { try run(name) }
  }

  private func run(_ name: String, _ more: [String] = [], suffix: String = "") throws {
    print("\n== \(([name] + more).joined(separator: " "))")
    fflush(nil)  // before the child's own lines
    let files = results.map { ["--json", "\($0)/\(name)\(suffix).json", "--svg", "\($0)/\(name)\(suffix).svg"] } ?? []
    let process = Process()
    process.executableURL = Worker.executable
    process.arguments = [name] + options.arguments + more + files
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw SessionError("\(name) failed (\(process.terminationStatus)); its message stands above")
    }
  }
}
