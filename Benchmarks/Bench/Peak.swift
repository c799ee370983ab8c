import BenchmarkKernels
import Compute
import Foundation
import RelevancePropagation

/// What the device can do at most, measured in the same run as what is compared with it.
struct Peak: Codable {
  /// Multiply-adds, counted as two.
  var gigaflops: Double
  /// Reading of more memory than any cache holds.
  var readGigabytesPerSecond: Double
  /// Bytes read and bytes written, added.
  var copyGigabytesPerSecond: Double

  /// How Kernels/peak.cl is compiled for a device: its own numbers again, for the host.
  struct Form {
    /// Numbers a vector, chains of multiply-adds.
    let width: Int
    let chains: Int
    /// Vectors in flight, as in peak.cl.
    let unroll = 8
    /// Work-items a group, and groups a compute unit: on a CPU a group is one thread's work, many of them, so that the last
    /// to finish is not waited for long.
    let group: Int
    let groupsPerUnit: Int
    let flags: String

    var options: String { "-cl-std=CL1.2 -DWIDTH=\(width) -DCHAINS=\(chains)\(flags)" }

    static let gpu = Form(width: 4, chains: 4, group: 256, groupsPerUnit: 32, flags: "")

    /// At least as many chains as the latency of a multiply-add (4 cycles) times how many begin a cycle (2), at most as there are
    /// registers. 8, 12, 16 and 24 tried on Zen 5 with AVX-512.
    static func cpu(_ registers: VectorRegisters) -> Form {
      Form(
        width: registers.numbers, chains: registers.count == 32 ? 16 : 12, group: 1, groupsPerUnit: 16, flags: " -DCPU")
    }

    static func of(_ device: Device) throws -> Form {
      guard device.kind == .cpu else { return gpu }
      return cpu(try VectorRegisters.of(device) ?? VectorRegisters(numbers: 4, count: 16))
    }
  }

  /// - Parameter isQuick: shows that it works, measures nothing.
  static func measure(on device: Device, isQuick: Bool) throws -> Peak {
    try isQuick ? measure(on: device, megabytes: 16, flopPerUnit: 1e6, tries: 1) : measure(on: device)
  }

  /// Runs the loops of Kernels/peak.cl and takes the best of some tries: a limit is what was reached once.
  ///
  /// - Parameters:
  ///   - megabytes: of the memory read and copied; must be beyond the caches.
  ///   - flopPerUnit: of the multiply-add loop, for every compute unit; some milliseconds' work.
  static func measure(on device: Device, megabytes: Int? = nil, flopPerUnit: Double = 2e9, tries: Int = 7) throws
    -> Peak
  {
    let queue = try Queue(device: device, profiling: true)
    let form = try Form.of(device)
    let program = try Program(name: "peak.cl", source: String(cString: peak_source()), options: form.options, on: queue)
    let workItems = form.group * form.groupsPerUnit * device.computeUnits

    func best(_ name: String, _ arguments: [any KernelArgument], work: Double) throws -> Double {
      let kernel = try program.kernel(name)
      for _ in 0..<tries { try queue.launch(kernel, grid: Grid(workItems), group: Grid(form.group), arguments) }
      return work / (try queue.launchRecords().map(\.seconds).min()!) * 1e-9
    }

    let out = try Buffer<Float>(count: workItems, on: queue, for: "results")
    let flopPerRound = Double(2 * form.width * form.chains)
    let rounds = Int(flopPerUnit / (flopPerRound * Double(form.group * form.groupsPerUnit)))
    let gigaflops = try best(
      "fma_chains", [Int32(rounds), Float(0.999), Float(0.001), out],
      work: Double(workItems * rounds) * flopPerRound)

    // Half of it each for source and target of the copy; all memory is written once before it is read.
    let bytes = (megabytes ?? (device.kind == .cpu ? 512 : 2048)) << 20
    let share = max(bytes / (2 * 4 * form.width) / (form.unroll * workItems), 1) * form.unroll
    let count = share * workItems * form.width
    let source = try Buffer<Float>(count: count, on: queue, for: "memory that is read")
    let target = try Buffer<Float>(count: count, on: queue, for: "memory that is written")
    let numbers = [Float](repeating: 1, count: count)
    for buffer in [source, target] { try numbers.withUnsafeBufferPointer { try queue.write($0, to: buffer) } }
    let vectors = Int32(share * workItems)
    return Peak(
      gigaflops: gigaflops,
      readGigabytesPerSecond: try best("read_all", [vectors, source, out], work: Double(4 * count)),
      copyGigabytesPerSecond: try best("copy_all", [vectors, source, target], work: Double(8 * count)))
  }

  var text: String {
    String(
      format: "peak     %.0f GFLOP/s multiply-add, %.1f GB/s read, %.1f GB/s copied (read and written)", gigaflops,
      readGigabytesPerSecond, copyGigabytesPerSecond)
  }
}
