import Compute
import Foundation
import TestDevices
import Testing

@testable import RelevancePropagation

/// Parameters as data: the table, its file, the limits of a device, and the tuner that rejects what is wrong.
@Suite struct TuningTests {
  private static let device = TestDevice.gpu.device
  private static let small = DeviceLimits(localMemory: 32 << 10, workGroup: 256, computeUnits: 4)
  private static let large = DeviceLimits(localMemory: 1 << 20, workGroup: 4096, computeUnits: 4)

  @Test(
    "the standard values of every kernel fit a device of 32 KiB and 256 work-items", arguments: Tuner.kernels(of: .gpu))
  func fits(_ kernel: TunableKernel) {
    #expect(kernel.problem(kernel.standard, on: Self.small) == nil)
    for parameter in kernel.parameters {
      #expect(!parameter.others.isEmpty && !parameter.others.contains(parameter.standard), "\(parameter.name)")
    }
  }

  @Test("the values in a kernel file are those of the table", arguments: Tuner.kernels(of: .gpu))
  func file(_ kernel: TunableKernel) throws {
    let text = try KernelLibrary(environment: [:]).program(of: kernel.files)
    for parameter in kernel.parameters {
      let define = "#define \(kernel.prefix)_\(parameter.name) "
      #expect(text.contains(define), "\(kernel.files) define no \(parameter.name)")
      // The tiled file's own values are those of the square tile.
      guard !kernel.name.hasPrefix("tiled.") || kernel.name == "tiled.square" else { continue }
      #expect(text.contains("\(define)\(parameter.standard) "), "\(parameter.name)")
    }
  }

  @Test("values that do not fit are refused with the reason")
  func refused() {
    let kernel = TunableKernel.tiledSquare
    func problem(_ changes: TuningValues, _ limits: DeviceLimits = TuningTests.small) -> String {
      kernel.problem(kernel.standard.merging(changes) { $1 }, on: limits) ?? "none"
    }
    #expect(problem(["WIDTH": 1]).contains("no parameter WIDTH"))
    #expect(problem(["SLAB": 12]).contains("8, 16 or 32"))
    #expect(problem(["POSITIONS": 128]).contains("512 work-items a group, the device allows 256"))
    #expect(problem(["SLAB": 32]).contains("bytes of local memory, the device has 32768"))
    #expect(problem(["ITEM_CHANNELS": 3]).contains("each is 4 or 8"))
    #expect(kernel.problem([:], on: Self.small)?.contains("no value for") == true)
    #expect(TunableKernel.reductions.problem(["ITEMS": 48], on: Self.small)?.contains("power of 2") == true)
  }

  @Test("a table over another: what it says wins, the rest stays; a vendor's rows over the kernel's own")
  func overlay() {
    var table = TuningTable()
    table[.vector] = ["ROWS": 8]
    let both = TuningTable(["vector": ["ROWS": 2, "COLUMNS": 16]]).overlaid(with: table)
    #expect(both[.vector] == ["ROWS": 8, "ROW_SHARES": 32, "COLUMNS": 16, "COLUMN_SHARES": 8])
    #expect(TuningTable.standard(kind: .gpu, vendor: "Advanced Micro Devices, Inc.")[.vector]["COLUMNS"] == 64)
    #expect(TuningTable.standard(kind: .gpu, vendor: "NVIDIA Corporation")[.vector] == TunableKernel.vector.standard)
  }

  @Test("a CPU's tile is one whose sums stay in its registers, on every processor")
  func registers() throws {
    func tile(_ numbers: Int, _ count: Int) -> TuningValues {
      TuningTable.standard(kind: .cpu, vendor: "any", registers: VectorRegisters(numbers: numbers, count: count))[.tile]
    }
    #expect(tile(16, 32) == TunableKernel.tile.standard)
    #expect(TuningTable.standard(kind: .cpu, vendor: "any")[.tile] == TunableKernel.tile.standard)
    for (numbers, count) in [(16, 32), (8, 16), (4, 32), (4, 16)] {
      let values = tile(numbers, count)
      #expect(TunableKernel.tile.problem(values, on: Self.large) == nil)
      // Sums, a row of b, and a number that is broadcast.
      let row = values["VECTORS"]! * 16 / numbers
      #expect((values["ROWS"]! + 1) * row + 1 <= count, "\(numbers) numbers in \(count) registers")
    }
  }

  @Test("the compiler of a CPU tells its registers; there is nothing to ask of a GPU")
  func asked() throws {
    for device in try Device.all() {
      let registers = try VectorRegisters.of(device)
      guard device.kind == .cpu else {
        #expect(registers == nil)
        continue
      }
      let known = try #require(registers, "\(device.name): a processor that Kernels/cpu/registers.cl does not know")
      #expect([4, 8, 16].contains(known.numbers) && [16, 32].contains(known.count))
      // PoCL's name begins with the processor that it compiles for.
      if device.name.contains("haswell") { #expect(known == VectorRegisters(numbers: 8, count: 16)) }
      if device.name.contains("avx512") { #expect(known == VectorRegisters(numbers: 16, count: 32)) }
    }
  }

  @Test("a file gives back what was written; another version's is ignored, a damaged or foreign one is an error")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tuning-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = TuningFile(for: Self.device, in: folder)
    let limits = DeviceLimits(Self.device)
    #expect(try file.read(limits: limits) == nil)
    var table = TuningTable()
    table[.reductions] = ["ITEMS": 64]
    try file.write(table)
    #expect(try file.read(limits: limits) == table)
    let cache = ProgramCache(folder: folder)
    #expect(try TuningTable.current(for: Self.device, cache: cache)[.reductions] == ["ITEMS": 64])
    #expect(try TuningTable.current(for: Self.device, cache: nil)[.reductions] == ["ITEMS": 128])

    let text = try String(contentsOfFile: file.path, encoding: .utf8)
    func read(_ old: String, _ new: String) throws -> TuningTable? {
      #expect(text.contains(old))
      try text.replacing(old, with: new).write(toFile: file.path, atomically: true, encoding: .utf8)
      return try file.read(limits: limits)
    }
    #expect(try read("\"format\" : 1", "\"format\" : 99") == nil)
    for (old, new) in [
      ("\"ITEMS\" : 64", "\"ITEMS\" : 65"), ("\"ITEMS\" : 64", "\"ITEMS\" : \"many\""), ("reductions", "nothing"),
      (Self.device.driverVersion, "another driver"), ("}", ""),
    ] {
      #expect { try read(old, new) } throws: { "\($0)".contains("delete it, or write it anew with relprop tune") }
    }
  }

  @Test("the tuner measures right values and rejects wrong ones and those the device refuses")
  func rejects() throws {
    let tuner = try Tuner(device: Self.device, quick: true)
    #expect(try tuner.attempt(.reductions, ["ITEMS": 64]).allSatisfy { $0 > 0 })
    // A group that is no power of two adds in pairs and forgets some; past the check of values its sums are wrong.
    #expect { _ = try tuner.attempt(.reductions, ["ITEMS": 96]) } throws: {
      "\($0)".contains("wrong result at totals of 5000")
    }
    #expect(throws: ComputeError.self) {
      try tuner.attempt(.reductions, ["ITEMS": 4 * Self.device.largestWorkGroup])
    }
    // A CPU's matrix product: other algorithms, so that right is a matter of rounding.
    #expect(try tuner.attempt(.tile, TunableKernel.tile.standard).count == 5)
    var trials: [Tuner.Trial] = []
    let best = try #require(try tuner.tune(.reductions) { trials.append($0) })
    #expect(trials.count == 2 && trials[0].changed.isEmpty && trials[1].changed == ["ITEMS"])
    #expect(best["ITEMS"] == 128 || best["ITEMS"] == TunableKernel.reductions.parameters[0].others[0])
  }

  @Test("the family is the request's, else the environment's, else the device's")
  func family() throws {
    func choose(_ request: String?, _ variable: String?) throws -> KernelFamily {
      try KernelFamily.choose(
        request, environment: variable.map { [KernelFamily.environmentVariable: $0] } ?? [:], for: Self.device)
    }
    #expect(try choose("plain", "gpu") == .plain)
    #expect(try choose(nil, "gpu") == .gpu)
    #expect(try choose(nil, "") == KernelFamily(for: Self.device.kind))
    #expect(KernelFamily(for: .gpu) == .gpu && KernelFamily(for: .cpu) == .cpu)
    #expect { try choose(nil, "fast") } throws: {
      "\($0)" == "RELPROP_KERNEL_FAMILY \"fast\": expected one of plain, cpu, gpu"
    }
  }
}
