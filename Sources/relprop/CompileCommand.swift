import ArgumentParser
import Foundation
import RelevancePropagation

/// `relprop compile-kernels`: what `KernelHelper` starts.
struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile-kernels",
    abstract: "Compile the kernels that take longest, for a first start in another process.", shouldDisplay: false)

  @OptionGroup var options: DeviceOptions

  func run() throws { try KernelPrecompilation.run(on: options.engine(printing: false, helped: false)) }
}
