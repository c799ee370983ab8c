import Testing

@testable import Compute

/// A structure as kernels take it: by value.
private struct Geometry: BitwiseCopyable, KernelArgument {
  var a: Int32
  var scale: Float
  var b: Int32
  var rest: (Int32, Int32, Int32, Int32)
}

@Suite struct KernelTests {
  private let queue = TestQueue.shared

  private static let source = """
    typedef struct { int a; float scale; int b; int rest[4]; } Geometry;
    kernel void unpack(const Geometry g, const int before, global float *out) {
      if (get_global_id(0) != 0) return;
      out[0] = g.a; out[1] = g.scale; out[2] = g.b; out[3] = before;
      for (int i = 0; i < 4; i++) out[4 + i] = g.rest[i];
    }
    kernel void place(const int count, global int *out) {
      const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
      if (x < count) out[(z * get_global_size(1) + y) * count + x] = 100 * z + 10 * y + x;
    }
    kernel void add(const int count, const float term, global float *out) {
      const int i = get_global_id(0);
      if (i < count) out[i] += term;
    }
    """

  private func kernel(_ name: String) throws -> Kernel {
    try Program(name: "test kernels", source: Self.source, on: queue, cache: nil).kernel(name)
  }

  @Test("a structure arrives by value, every member in its place")
  func structure() throws {
    let out = try Buffer<Float>(count: 8, on: queue)
    let geometry = Geometry(a: 7, scale: 0.25, b: -3, rest: (11, 12, 13, 14))
    try queue.launch(kernel("unpack"), grid: Grid(1), group: Grid(1), [geometry, Int32(42), out])
    #expect(try queue.read(out, count: 8) == [7, 0.25, -3, 42, 11, 12, 13, 14])
  }

  @Test("a grid is rounded up to whole groups; every work-item of it runs once", arguments: [1, 63, 64, 65, 130])
  func grid(_ count: Int) throws {
    let out = try Buffer([Int32](repeating: -1, count: count * 6), on: queue)
    try queue.launch(kernel("place"), grid: Grid(count, 2, 3), group: Grid(64), [Int32(count), out])
    var expected: [Int32] = []
    for z in 0..<3 { for y in 0..<2 { for x in 0..<count { expected.append(Int32(100 * z + 10 * y + x)) } } }
    #expect(try queue.read(out, count: count * 6) == expected)
  }

  @Test("launches run in order, and one kernel may be shared by many tasks")
  func shared() async throws {
    let add = try kernel("add")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<16 {
        group.addTask {
          let queue = TestQueue.shared
          let out = try Buffer([Float](repeating: 0, count: 100), on: queue)
          for _ in 0..<20 { try queue.launch(add, grid: Grid(100), group: Grid(64), [Int32(100), Float(task), out]) }
          #expect(try queue.read(out, count: 100) == [Float](repeating: Float(20 * task), count: 100))
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("an argument too many, too few, or of another size is an error that names kernel and argument")
  func wrongArguments() throws {
    let add = try kernel("add")
    let out = try Buffer<Float>(count: 4, on: queue)
    func message(_ arguments: [any KernelArgument]) -> String {
      let error = #expect(throws: ComputeError.self) {
        try queue.launch(add, grid: Grid(4), group: Grid(4), arguments)
      }
      return error?.description ?? ""
    }
    let many = message([Int32(4), Float(1), out, Int32(0)])
    #expect(many.contains("kernel add") && many.contains("takes 3 arguments, found 4"), "\(many)")
    // After a good launch the arguments of before are still bound: too few must not run with them.
    try queue.launch(add, grid: Grid(4), group: Grid(4), [Int32(4), Float(1), out])
    let few = message([Int32(4), Float(1)])
    #expect(few.contains("kernel add") && few.contains("takes 3 arguments, found 2"), "\(few)")
    let size = message([Geometry(a: 1, scale: 1, b: 1, rest: (0, 0, 0, 0)), Float(1), out])
    #expect(size.contains("kernel add, argument 0") && size.contains("CL_INVALID_ARG_SIZE"), "\(size)")
    try queue.finish()
  }

  @Test("a kernel tells what it takes, where its program was compiled to know")
  func parameters() throws {
    let source = """
      typedef struct { int a; } Geometry;
      kernel void takes(const Geometry g, const float scale, global const float *x, local float *memory) {}
      """
    let program = try Program(
      name: "parameters", source: source, options: "-cl-kernel-arg-info", on: queue, cache: nil)
    #expect(
      try program.kernel("takes").parameters() == [
        .value(type: "Geometry"), .value(type: "float"), .globalMemory, .localMemory,
      ])
  }
}
