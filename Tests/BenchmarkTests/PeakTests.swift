import BenchmarkKernels
import Compute
import Foundation
import RelevancePropagation
import Testing

@testable import relprop_bench

/// The loops at the limit do the work they are credited with, in every form, whatever the device.
@Suite struct PeakTests {
  private static let forms =
    [.gpu] + [(16, 32), (8, 16), (4, 32), (4, 16)].map { Peak.Form.cpu(VectorRegisters(numbers: $0, count: $1)) }

  @Test("multiply-adds, reading and copying", arguments: forms)
  func loops(_ form: Peak.Form) throws {
    let device = try DeviceChoice.choose(
      nil, environment: ProcessInfo.processInfo.environment, among: Device.all()
    ).device
    let queue = try Queue(device: device)
    let program = try Program(name: "peak.cl", source: String(cString: peak_source()), options: form.options, on: queue)
    let workItems = 2 * form.group
    func run(_ kernel: String, _ arguments: [any KernelArgument]) throws {
      try queue.launch(program.kernel(kernel), grid: Grid(workItems), group: Grid(form.group), arguments)
    }

    // x ← x/2 + 1 has the fixed point 2, reached to the bit; every chain of every lane counts.
    let out = try Buffer([Float](repeating: .nan, count: workItems), on: queue)
    try run("fma_chains", [Int32(100), Float(0.5), Float(1), out])
    let sums = try queue.read(out, count: workItems)
    #expect(sums == [Float](repeating: Float(2 * form.width * form.chains), count: workItems))

    // Small integers: every sum is exact, and misses no element.
    let vectors = 3 * form.unroll * workItems
    let numbers = (0..<vectors * form.width).map { Float($0 % 7) }
    let source = try Buffer(numbers, on: queue)
    try run("read_all", [Int32(vectors), source, out])
    #expect(try queue.read(out, count: workItems).reduce(0, +) == numbers.reduce(0, +))

    let target = try Buffer([Float](repeating: -1, count: numbers.count + 16), on: queue)
    try run("copy_all", [Int32(vectors), source, target])
    #expect(try queue.read(target, count: numbers.count + 16) == numbers + [Float](repeating: -1, count: 16))
  }
}
