import Compute
import Foundation
import RelevancePropagation

/// A second process that compiles kernels during the first start with them, while this one compiles others
/// ([0017](../../Documentation/Decisions/0017-a-second-process-compiles-half-of-the-kernels.md)).
///
/// Nobody waits for it: a kernel that it has not compiled when it is needed is compiled here. So it may fail, or be missing.
enum KernelHelper {
  /// This program, also where its file was replaced.
  static let program = "/proc/self/exe"

  /// Starts it where that is due; whether it runs.
  @discardableResult static func start(
    for engine: Engine, program: String = program, cache: ProgramCache? = .standard
  ) -> Bool {
    guard KernelPrecompilation.isDue(on: engine, cache: cache) else { return false }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      CompileCommand.configuration.commandName!, "--device", "\(engine.device.index)", "--kernels",
      engine.family.rawValue,
      "--precision", engine.precision.rawValue,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return (try? process.run()) != nil
  }
}
