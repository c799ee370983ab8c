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

  /// Runs the loops of Kernels/peak.cl and takes the best of some tries: a limit is what was reached once.
  ///
  /// - Parameter isQuick: shows that it works, measures nothing.
  static func measure(on device: Device, isQuick: Bool) throws -> Peak {
    try Loops(on: device, isQuick: isQuick).peak()
  }

  /// The compiled loops, for who measures more than once.
  struct Loops {
    private let queue: Queue
    private let program: Program
    private let form: Form
    private let workItems: Int
    /// Of the memory that is read and copied: beyond the caches.
    private let megabytes: Int
    private let tries: Int
    /// Of the multiply-adds, for every compute unit; some milliseconds' work.
    private let flopPerUnit: Double

    init(on device: Device, isQuick: Bool) throws {
      queue = try Queue(device: device, profiling: true)
      form = try Form.of(device)
      program = try Program(name: "peak.cl", source: String(cString: peak_source()), options: form.options, on: queue)
      workItems = form.group * form.groupsPerUnit * device.computeUnits
      megabytes = isQuick ? 16 : device.kind == .cpu ? 512 : 2048
      tries = isQuick ? 1 : 7
      flopPerUnit = isQuick ? 1e6 : 2e9
    }

    func peak() throws -> Peak {
      let (read, copied) = try gigabytesPerSecond()
      return Peak(gigaflops: try gigaflops(), readGigabytesPerSecond: read, copyGigabytesPerSecond: copied)
    }

    /// Reading alone, GB/s. Where other machines share the memory its speed changes by the minute.
    func reading() throws -> Double { try gigabytesPerSecond(copies: false).read }

    private func best(_ name: String, _ arguments: [any KernelArgument], work: Double) throws -> Double {
      let kernel = try program.kernel(name)
      for _ in 0..<tries { try queue.launch(kernel, grid: Grid(workItems), group: Grid(form.group), arguments) }
      return work / (try queue.launchRecords().map(\.seconds).min()!) * 1e-9
    }

    private var out: Buffer<Float> { get throws { try Buffer(count: workItems, on: queue, for: "results") } }

    private func gigaflops() throws -> Double {
      let flopPerRound = Double(2 * form.width * form.chains)
      let rounds = Int(flopPerUnit / (flopPerRound * Double(form.group * form.groupsPerUnit)))
      return try best(
        "fma_chains", [Int32(rounds), Float(0.999), Float(0.001), try out],
        work: Double(workItems * rounds) * flopPerRound)
    }

    /// Half of the memory each for source and target of the copy; all of it is written once before it is read.
    private func gigabytesPerSecond(copies: Bool = true) throws -> (read: Double, copied: Double) {
      let bytes = megabytes << 20
      let share = max(bytes / (2 * 4 * form.width) / (form.unroll * workItems), 1) * form.unroll
      let count = share * workItems * form.width
      let numbers = [Float](repeating: 1, count: count)
      func memory(_ purpose: String) throws -> Buffer<Float> {
        let buffer = try Buffer<Float>(count: count, on: queue, for: purpose)
        try numbers.withUnsafeBufferPointer { try queue.write($0, to: buffer) }
        return buffer
      }
      let source = try memory("memory that is read")
      let vectors = Int32(share * workItems)
      let read = try best("read_all", [vectors, source, try out], work: Double(4 * count))
      guard copies else { return (read, 0) }
      return (
        read,
        try best("copy_all", [vectors, source, try memory("memory that is written")], work: Double(8 * count))
      )
    }
  }

  var text: String {
    String(
      format: "peak     %.0f GFLOP/s multiply-add, %.1f GB/s read, %.1f GB/s copied (read and written)", gigaflops,
      readGigabytesPerSecond, copyGigabytesPerSecond)
  }
}
