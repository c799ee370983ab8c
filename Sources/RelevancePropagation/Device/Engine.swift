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
    "convolution/naive.cl", "dense/naive.cl", "pooling/maximum.cl", "pooling/average.cl",
    "elementwise/rectifier.cl", "elementwise/slice.cl", "elementwise/normalization.cl", "relevance/rho.cl",
    "relevance/quotient.cl", "relevance/product.cl", "relevance/bias.cl", "relevance/ledger.cl", "relevance/filter.cl",
  ]

  /// - Parameters:
  ///   - cache: where compiled programs are kept; nil compiles anew.
  ///   - plainKernels: only the plain reference kernels, for comparison.
  /// - Throws: `ComputeError`, with the compiler's whole log where a kernel does not build.
  public init(device: Device, cache: ProgramCache? = .standard, plainKernels: Bool = false) throws {
    // The fast forms so far are written for the vector registers of a CPU.
    usesFastKernels = !plainKernels && device.kind == .cpu
    lanes = usesFastKernels ? 16 : 1
    queue = try Queue(device: device)
    program = try Program(
      name: "kernels", source: KernelLibrary().program(of: Self.kernelFiles),
      options: "-cl-std=CL1.2 -DCHUNKS=\(Self.chunks) -DLANES=\(lanes)", on: queue, cache: cache)
  }

  /// Partial sums an image in the reductions; fixes the order of summation.
  static let chunks = 64

  /// Work-items a group along the first axis. A fixed size, because PoCL compiles a kernel anew for every local size.
  static let group = Grid(64)

  /// Numbers that a work-item of an element-wise kernel treats.
  private let lanes: Int

  /// Work-items of an element-wise kernel over `count` numbers.
  func vectors(_ count: Int) -> Int { (count + lanes - 1) / lanes }

  /// Whether the fast forms of kernels are used where they serve; the plain ones are their twins.
  let usesFastKernels: Bool

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
extension WindowGeometry: KernelArgument {}
extension CellGeometry: KernelArgument {}
extension SliceGeometry: KernelArgument {}
extension SignPart: KernelArgument {}
extension StabilizerParameters: KernelArgument {}
