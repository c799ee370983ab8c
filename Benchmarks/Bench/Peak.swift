import BenchmarkKernels
import Compute
import Foundation

/// What the device can do at most, measured in the same run as what is compared with it.
struct Peak: Codable {
  /// Multiply-adds, counted as two.
  var gigaflops: Double
  /// Reading of more memory than any cache holds.
  var readGigabytesPerSecond: Double
  /// Bytes read and bytes written, added.
  var copyGigabytesPerSecond: Double

  /// Runs the loops of Kernels/peak.cl and takes the best of some tries: a limit is what was reached once.
  ///
  /// - Parameters:
  ///   - megabytes: of the memory read and copied; must be beyond the caches.
  ///   - rounds: of the multiply-add loop.
  static func measure(on device: Device, megabytes: Int = 512, rounds: Int = 2_000_000, tries: Int = 7) throws -> Peak {
    let queue = try Queue(device: device, profiling: true)
    let isCPU = device.kind == .cpu
    let program = try Program(
      name: "peak.cl", source: String(cString: peak_source()), options: "-cl-std=CL1.2" + (isCPU ? " -DCPU" : ""),
      on: queue)
    // On a CPU a group is one thread's work at a time: many, so that the last to finish is not waited for long.
    let group = isCPU ? 1 : 256
    let workItems = isCPU ? 16 * device.computeUnits : 256 * 32 * device.computeUnits
    let (width, chains, unroll) = isCPU ? (16, 16, 8) : (4, 4, 8)

    func best(_ name: String, _ arguments: [any KernelArgument], work: Double) throws -> Double {
      let kernel = try program.kernel(name)
      for _ in 0..<tries { try queue.launch(kernel, grid: Grid(workItems), group: Grid(group), arguments) }
      return work / (try queue.launchRecords().map(\.seconds).min()!) * 1e-9
    }

    let out = try Buffer<Float>(count: workItems, on: queue, for: "results")
    let share = isCPU ? rounds / 16 : rounds / 32
    let gigaflops = try best(
      "fma_chains", [Int32(share), Float(0.999), Float(0.001), out],
      work: Double(workItems * share) * Double(2 * width * chains))

    // Half a buffer each for source and target of the copy; all memory is written once before it is read.
    let vectors = megabytes << 20 / (4 * width) / (2 * unroll * workItems) * (unroll * workItems)
    precondition(vectors > 0, "\(megabytes) MB is too little for \(workItems) work-items")
    let source = try Buffer<Float>(count: vectors * width, on: queue, for: "memory that is read")
    let target = try Buffer<Float>(count: vectors * width, on: queue, for: "memory that is written")
    let numbers = [Float](repeating: 1, count: vectors * width)
    for buffer in [source, target] { try numbers.withUnsafeBufferPointer { try queue.write($0, to: buffer) } }
    let bytes = Double(vectors * width * MemoryLayout<Float>.stride)
    return Peak(
      gigaflops: gigaflops, readGigabytesPerSecond: try best("read_all", [Int32(vectors), source, out], work: bytes),
      copyGigabytesPerSecond: try best("copy_all", [Int32(vectors), source, target], work: 2 * bytes))
  }

  var text: String {
    String(
      format: "peak     %.0f GFLOP/s multiply-add, %.1f GB/s read, %.1f GB/s copied (read and written)", gigaflops,
      readGigabytesPerSecond, copyGigabytesPerSecond)
  }
}
