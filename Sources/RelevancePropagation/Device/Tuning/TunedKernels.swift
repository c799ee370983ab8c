internal import Compute
import Synchronization

/// A tunable kernel with values for its parameters: what is compiled.
struct TunedKernel: Sendable {
  let kernel: TunableKernel
  let values: TuningValues

  /// - Precondition: `name` is one of the kernel's parameters.
  subscript(name: String) -> Int { values[name]! }

  /// Work-items of a group.
  var items: Int { kernel.needs(values).items }

  var options: String {
    values.sorted { $0.key < $1.key }.map { " -D\(kernel.prefix)_\($0.key)=\($0.value)" }.joined()
  }
}

/// The programs of tunable kernels on one queue: each is compiled when it is first launched, and kept.
final class TunedKernels: Sendable {
  private let queue: Queue
  private let cache: ProgramCache?
  private let options: String
  private let programs = Mutex<[String: Program]>([:])
  private let kernels = Mutex<[String: Kernel]>([:])

  init(queue: Queue, cache: ProgramCache?, options: String) {
    self.queue = queue
    self.cache = cache
    self.options = options
  }

  /// Enqueues function `name` over `groups` work-groups of `items` work-items along the first axis.
  func launch(
    _ tuned: TunedKernel, _ name: String, groups: Grid, items: Int, _ arguments: [any KernelArgument]
  ) throws {
    let key = tuned.kernel.name + tuned.options
    let kernel = try kernels.withLock { kernels throws in
      if let kernel = kernels[key + name] { return kernel }
      let program = try programs.withLock { programs throws in
        if let program = programs[key] { return program }
        let program = try Program(
          name: tuned.kernel.name, source: KernelLibrary().program(of: tuned.kernel.files),
          options: options + tuned.options, on: queue, cache: cache)
        programs[key] = program
        return program
      }
      let kernel = try program.kernel(name)
      kernels[key + name] = kernel
      return kernel
    }
    try queue.launch(kernel, grid: Grid(groups.x * items, groups.y, groups.z), group: Grid(items), arguments)
  }
}
