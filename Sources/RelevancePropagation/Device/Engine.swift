public import Compute
internal import KernelSources
import Synchronization

/// A device with the kernels compiled for it: where networks are run.
public final class Engine: Sendable {
  public let queue: Queue
  public var device: Device { queue.device }
  /// Whether the program came from the on-disk cache.
  public var programWasCached: Bool { program.wasCached }

  /// Which forms of the kernels are launched.
  public var family: KernelFamily { choice.family }
  /// What speed may cost, and how a CPU computes convolutions.
  public var precision: Precision { choice.precision }
  public let choice: KernelChoice
  /// Values of the tunable kernels' parameters.
  public let tuning: TuningTable
  let limits: DeviceLimits

  let program: Program
  private let kernels: KernelCollection
  private let tunedKernels: TunedKernels
  /// The tunable kernels with this engine's values, by name.
  private let tuned: [String: TunedKernel]

  /// - Parameters:
  ///   - cache: where compiled programs are kept, and the tuning file is looked for; nil compiles anew.
  ///   - family: which forms of the kernels; nil takes those made for the device.
  ///   - tuning: values of their parameters; nil takes the tuning file's, else the source's.
  ///   - precision: whether the forward pass may round more for speed.
  ///   - convolutions: one algorithm for all, to test or measure it.
  ///   - profiling: measure every launch (`launchRecords`); costs nothing where it is off.
  /// - Throws: `ComputeError`, with the compiler's whole log where a kernel does not build; `TuningError`.
  public init(
    device: Device, cache: ProgramCache? = .standard, family: KernelFamily? = nil, tuning: TuningTable? = nil,
    precision: Precision = .accurate, convolutions: ConvolutionChoice = .automatic, profiling: Bool = false
  ) throws {
    choice = KernelChoice(
      family: family ?? KernelFamily(for: device.kind), precision: precision, convolutions: convolutions)
    limits = DeviceLimits(device)
    let tuning = try tuning ?? TuningTable.current(for: device, cache: cache)
    self.tuning = tuning
    tuned = Dictionary(
      uniqueKeysWithValues: TunableKernel.all.map { ($0.name, TunedKernel(kernel: $0, values: tuning[$0])) })
    lanes = choice.family == .cpu ? 16 : 1
    queue = try Queue(device: device, profiling: profiling)
    let options = "-cl-std=CL1.2 -DCHUNKS=\(Self.chunks) -DLANES=\(lanes)"
    let tunedOptions = options + choice.precision.options
    let programs = device.keepsPrograms ? nil : cache
    // On a CPU every run needs the tile's kernels too: one program, which is there as a whole before any of it is launched.
    // It tells what its kernels take, for `KernelPrecompilation`.
    let tile = choice.family == .cpu ? tuned[TunableKernel.tile.name] : nil
    let program = try Program(
      name: KernelSet.network.rawValue,
      source: KernelLibrary().program(of: KernelSet.network.files + (tile?.kernel.files ?? [])),
      options: tile.map { "\(tunedOptions)\($0.options) -cl-kernel-arg-info" } ?? options, on: queue, cache: programs)
    self.program = program
    kernels = KernelCollection(queue: queue, cache: programs, options: options, built: [.network: program])
    tunedKernels = TunedKernels(
      queue: queue, cache: programs, options: tunedOptions, built: tile.map { [$0.key: program] } ?? [:])
  }

  /// Partial sums an image in the reductions; fixes the order of summation.
  package static let chunks = 64

  /// Work-items a group along the first axis. A fixed size, because PoCL compiles a kernel anew for every local size.
  package static let group = Grid(64)

  /// Numbers that a work-item of an element-wise kernel treats.
  private let lanes: Int

  /// Work-items of an element-wise kernel over `count` numbers.
  func vectors(_ count: Int) -> Int { (count + lanes - 1) / lanes }

  /// The launches since the last call, labelled "conv1_1 forward", "conv1_1 backward"; empty without profiling.
  public func launchRecords() throws -> [LaunchRecord] { try queue.launchRecords() }

  package func launch(
    _ name: String, of set: KernelSet = .network, grid: Grid, group: Grid = Engine.group,
    _ arguments: any KernelArgument...
  ) throws {
    try launch(name, of: set, grid: grid, group: group, arguments)
  }

  package func launch(
    _ name: String, of set: KernelSet = .network, grid: Grid, group: Grid = Engine.group,
    _ arguments: [any KernelArgument]
  ) throws {
    try queue.launch(kernels.kernel(name, of: set), grid: grid, group: group, arguments)
  }

  /// A tunable kernel with this engine's values.
  func tuned(_ kernel: TunableKernel) -> TunedKernel { tuned[kernel.name]! }

  /// Enqueues a function of a tunable kernel over work-groups of `items` work-items (the kernel's own number by default)
  /// along the first axis.
  func launch(
    _ tuned: TunedKernel, _ name: String, groups: Grid, items: Int? = nil, _ arguments: [any KernelArgument]
  ) throws {
    try tunedKernels.launch(tuned, name, groups: groups, items: items ?? tuned.items, arguments)
  }

  /// The same with arguments chosen by what the function takes; one that nothing suits is left out, which is an error.
  func launch(
    _ tuned: TunedKernel, _ name: String, groups: Grid, items: Int,
    choosing argument: (Kernel.Parameter) -> (any KernelArgument)?
  ) throws {
    let arguments = try tunedKernels.kernel(tuned, name).parameters().compactMap(argument)
    try launch(tuned, name, groups: groups, items: items, arguments)
  }
}

extension ConvolutionGeometry: KernelArgument {}
extension WindowGeometry: KernelArgument {}
extension WinogradGeometry: KernelArgument {}
extension FactorParameters: KernelArgument {}
extension PoolingParameters: KernelArgument {}
extension GatherGeometry: KernelArgument {}
extension ScatterGeometry: KernelArgument {}
extension DirectGeometry: KernelArgument {}
extension ChannelFactors: KernelArgument {}
extension FilterView: KernelArgument {}
extension Epilogue: KernelArgument {}
extension CellGeometry: KernelArgument {}
extension SliceGeometry: KernelArgument {}
extension ShiftGeometry: KernelArgument {}
extension SignPart: KernelArgument {}
extension LedgerReading: KernelArgument {}
extension StabilizerParameters: KernelArgument {}
