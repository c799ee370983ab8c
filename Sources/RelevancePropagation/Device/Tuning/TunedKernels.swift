internal import Compute
import Synchronization

/// A tunable kernel with values for its parameters: what is compiled.
struct TunedKernel: Sendable {
  let kernel: TunableKernel
  let values: TuningValues
  /// The compiler's, made once: every launch asks for them.
  let options: String
  /// Its program's, among those of one engine.
  let key: String

  init(kernel: TunableKernel, values: TuningValues) {
    self.kernel = kernel
    self.values = values
    options = values.sorted { $0.key < $1.key }.map { " -D\(kernel.prefix)_\($0.key)=\($0.value)" }.joined()
    key = kernel.name + options
  }

  /// - Precondition: `name` is one of the kernel's parameters.
  subscript(name: String) -> Int { values[name]! }

  /// Work-items of a group.
  var items: Int { kernel.needs(values).items }
}

/// The programs of tunable kernels on one queue: each is compiled when it is first launched, unless it is there already, and
/// kept.
final class TunedKernels: Sendable {
  private let queue: Queue
  private let cache: ProgramCache?
  private let options: String
  private let programs: Mutex<[String: Program]>
  private let kernels = Mutex<[String: Kernel]>([:])

  /// - Parameter built: programs that hold a tuned kernel's functions, by its key.
  init(queue: Queue, cache: ProgramCache?, options: String, built: [String: Program]) {
    self.queue = queue
    self.cache = cache
    self.options = options
    programs = Mutex(built)
  }

  /// Enqueues function `name` over `groups` work-groups of `items` work-items along the first axis.
  func launch(
    _ tuned: TunedKernel, _ name: String, groups: Grid, items: Int, _ arguments: [any KernelArgument]
  ) throws {
    try queue.launch(
      kernel(tuned, name), grid: Grid(groups.x * items, groups.y, groups.z), group: Grid(items), arguments)
  }

  /// Function `name`.
  func kernel(_ tuned: TunedKernel, _ name: String) throws -> Kernel {
    let key = tuned.key
    return try kernels.withLock { kernels throws in
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
  }
}
