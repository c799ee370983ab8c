public import Compute
internal import KernelSources
import Synchronization

/// A device with the kernels compiled for it: where networks are run.
public final class Engine: Sendable {
  public let queue: Queue
  public var device: Device { queue.device }
  /// Whether the program came from the on-disk cache.
  public var programWasCached: Bool { program.wasCached }

  private let program: Program
  private let kernels = Mutex<[String: Kernel]>([:])

  /// All kernels: one program, because each costs half a second to compile.
  private static let kernelFiles = [
    "convolution/naive.cl", "convolution/direct.cl", "dense/naive.cl", "pooling/maximum.cl", "pooling/average.cl",
    "elementwise/rectifier.cl", "elementwise/slice.cl", "elementwise/normalization.cl", "relevance/rho.cl",
    "relevance/quotient.cl", "relevance/product.cl", "relevance/bias.cl", "relevance/ledger.cl", "relevance/filter.cl",
  ]

  /// - Parameters:
  ///   - cache: where compiled programs are kept; nil compiles anew.
  ///   - plainKernels: only the plain reference kernels, for comparison.
  ///   - profiling: measure every launch (`launchRecords`); costs nothing where it is off.
  /// - Throws: `ComputeError`, with the compiler's whole log where a kernel does not build.
  public init(device: Device, cache: ProgramCache? = .standard, plainKernels: Bool = false, profiling: Bool = false)
    throws
  {
    // The fast forms so far are written for the vector registers of a CPU.
    usesFastKernels = !plainKernels && device.kind == .cpu
    queue = try Queue(device: device, profiling: profiling)
    program = try Program(
      name: "kernels", source: KernelLibrary().program(of: Self.kernelFiles),
      options: "-cl-std=CL1.2 -DCHUNKS=\(Self.chunks)", on: queue, cache: cache)
  }

  /// Partial sums an image in the reductions; fixes the order of summation.
  static let chunks = 64

  /// Work-items a group along the first axis. A fixed size, because PoCL compiles a kernel anew for every local size.
  static let group = Grid(64)

  /// Whether the fast forms of kernels are used where they serve; the plain ones are their twins.
  let usesFastKernels: Bool

  /// The launches since the last call, labelled "conv1_1 forward", "conv1_1 backward"; empty without profiling.
  public func launchRecords() throws -> [LaunchRecord] { try queue.launchRecords() }

  func launch(
    _ name: String, grid: Grid, group: Grid = Engine.group, _ arguments: any KernelArgument...
  ) throws {
    let kernel = try kernels.withLock { kernels throws in
      if let kernel = kernels[name] { return kernel }
      let kernel = try program.kernel(name)
      kernels[name] = kernel
      return kernel
    }
    try queue.launch(kernel, grid: grid, group: group, arguments)
  }
}

extension ConvolutionGeometry: KernelArgument {}
extension DirectGeometry: KernelArgument {}
extension WindowGeometry: KernelArgument {}
extension CellGeometry: KernelArgument {}
extension SliceGeometry: KernelArgument {}
extension SignPart: KernelArgument {}
extension StabilizerParameters: KernelArgument {}
