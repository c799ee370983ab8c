import BenchmarkKernels
import Compute

/// Work that keeps all of a device's cores awake until what is measured is enqueued behind it.
///
/// A core that has slept, as while the host prepares a pass, takes longer to wake than a small layer takes: without this half of
/// the small layers were one core's work.
struct Stirring {
  private let queue: Queue
  private let kernel: Kernel
  private let out: Buffer<Float>
  private let form: Peak.Form
  private let rounds: Int

  /// - Parameter flopPerUnit: of every compute unit; some milliseconds' work.
  init(on device: Device, flopPerUnit: Double = 2e9) throws {
    queue = try Queue(device: device)
    form = try Peak.Form.of(device)
    kernel = try Program(
      name: "peak.cl", source: String(cString: peak_source()), options: form.options, on: queue
    ).kernel("fma_chains")
    out = try Buffer(count: form.group * form.groupsPerUnit * device.computeUnits, on: queue, for: "results")
    rounds = Int(flopPerUnit / Double(2 * form.width * form.chains * form.group * form.groupsPerUnit))
  }

  /// Enqueues it and returns.
  func begin() throws {
    try queue.launch(
      kernel, grid: Grid(out.count), group: Grid(form.group), [Int32(rounds), Float(0.999), Float(0.001), out])
    try queue.flush()
  }
}
