public import Compute
import Synchronization

/// The vector registers that a CPU's kernels are compiled for: how large a tile of sums stays in them.
public struct VectorRegisters: Sendable, Equatable {
  /// Numbers of float32 in one: 16 with AVX-512, 8 with AVX, 4 with SSE and NEON.
  public let numbers: Int
  public let count: Int

  public init(numbers: Int, count: Int) {
    self.numbers = numbers
    self.count = count
  }

  /// Those of a device, as its compiler tells (Kernels/cpu/registers.cl); nil for what is no CPU, or one that it does not know.
  /// Asking takes half a second, the time of a compiler's start, so the answer is kept in `cache`.
  ///
  /// - Throws: `ComputeError`.
  public static func of(_ device: Device, cache: ProgramCache? = .standard) throws -> VectorRegisters? {
    guard device.kind == .cpu else { return nil }
    return try known.withLock { known throws in
      if let registers = known[device.index] { return registers }
      let registers = try answer(of: device, cache: cache)
      known[device.index] = registers
      return registers
    }
  }

  /// By the device's index.
  private static let known = Mutex<[Int: VectorRegisters?]>([:])

  /// What was kept, as a program's binary is, by all that the answer depends on; else what the device says.
  private static func answer(of device: Device, cache: ProgramCache?) throws -> VectorRegisters? {
    let source = try KernelLibrary().program(of: ["cpu/registers.cl"])
    let key = ProgramCache.Key(source: source, options: "answer", device: device)
    var numbers = cache?.binary(for: key) ?? []
    if numbers.count != 2 {
      numbers = try ask(device, source)
      cache?.store(numbers, for: key)
    }
    return numbers[0] > 0 ? VectorRegisters(numbers: Int(numbers[0]), count: Int(numbers[1])) : nil
  }

  private static func ask(_ device: Device, _ source: String) throws -> [UInt8] {
    let queue = try Queue(device: device)
    let program = try Program(name: "registers", source: source, options: "-cl-std=CL1.2", on: queue, cache: nil)
    let answer = try Buffer<Int32>(count: 2, on: queue, for: "vector registers")
    try queue.launch(program.kernel("vector_registers"), grid: Grid(1), group: Grid(1), [answer])
    return try queue.read(answer, count: 2).map(UInt8.init)
  }
}
