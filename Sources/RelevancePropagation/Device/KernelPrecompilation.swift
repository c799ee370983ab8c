public import Compute
internal import KernelSources

/// Compiles the kernels that take longest, ahead of their first launch, for a process that does nothing else.
///
/// PoCL compiles a kernel when it is first launched, one at a time in a process, and keeps it on disk, where other processes
/// find it. So a second process takes over half of a first start
/// ([0017](../../../Documentation/Decisions/0017-a-second-process-compiles-half-of-the-kernels.md)). A launch of one work-group
/// with sizes of 0 has nothing to do, and is enough.
public enum KernelPrecompilation {
  /// In the order in which an explanation meets them. Those it meets before, up to `winograd_input_4`, take as long as the
  /// first two of these: the first process compiles them meanwhile, and then small ones, until the second is done.
  static let names = [
    "winograd_sums_4", "winograd_sums_2", "dense_forward", "dense_backward", "average_apply_finished",
    "moment_of_chunks", "average_transpose_finished", "convolution_scatter",
  ]

  /// Whether a first start of `engine` gains by it and nobody has begun it yet, in this cache. Says yes once.
  public static func isDue(on engine: Engine, cache: ProgramCache? = .standard) -> Bool {
    isPossible(on: engine) && cache?.claimCompilation(of: engine.program, driverFolder: PoCLCache.folder) ?? false
  }

  /// Compiles them; what is there already costs nothing.
  ///
  /// - Throws: `ComputeError`.
  public static func run(on engine: Engine) throws {
    guard isPossible(on: engine) else { return }
    let memory = try Buffer<Float>([Float](repeating: 0, count: 4096), on: engine.queue)
    for name in names {
      try engine.launch(engine.tuned(.tile), name, groups: Grid(1), items: 1) { parameter in
        switch parameter {
        case .globalMemory: memory
        case .localMemory: LocalMemory(bytes: 0)
        case .value(let type): nothing[type]
        }
      }
    }
    try engine.queue.finish()
  }

  /// Kernels of a CPU leave at once in the groups that are there to be idle.
  private static func isPossible(on engine: Engine) -> Bool {
    engine.device.keepsPrograms && engine.family == .cpu && engine.tuned(.tile)["IDLE_GROUPS"] > 0
  }

  /// Arguments that ask for nothing, by type.
  private static let nothing: [String: any KernelArgument] = {
    var epilogue = Epilogue()
    epilogue.targets = 1  // divides
    return [
      "int": Int32(0), "float": Float(0), "Epilogue": epilogue, "SignPart": SignPart(), "CellGeometry": CellGeometry(),
      "ChannelFactors": ChannelFactors(), "FactorParameters": FactorParameters(), "ScatterGeometry": ScatterGeometry(),
      "PoolingParameters": PoolingParameters(), "WinogradGeometry": WinogradGeometry(),
    ]
  }()
}
