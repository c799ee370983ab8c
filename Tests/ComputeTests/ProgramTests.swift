import Testing

@testable import Compute

@Suite struct ProgramTests {
  private let queue = TestQueue.shared

  @Test("a kernel that does not build shows program, device, options and the log with file and line")
  func buildFailure() throws {
    let source = """
      #line 1 "relevance/good.cl"
      kernel void good(global float *x) { x[0] = 1.0f; }
      #line 40 "relevance/broken.cl"
      kernel void broken(global float *x) {
        x[0] = undeclared_name;
      }
      """
    let error = #expect(throws: ComputeError.self) {
      try Program(name: "test kernels", source: source, options: "-DTILE=16", on: queue, cache: nil)
    }
    guard case .build(let program, let device, let options, let log) = error else {
      Issue.record("not a build error: \(String(describing: error))")
      return
    }
    #expect(program == "test kernels" && options == "-DTILE=16")
    #expect(device.hasPrefix(queue.device.description))
    #expect(log.contains("relevance/broken.cl:41"), "\(log)")
    #expect(log.contains("undeclared_name"))
    let text = error!.description
    for part in ["test kernels", queue.device.name, "-DTILE=16", log] { #expect(text.contains(part)) }
  }

  @Test("options reach the compiler")
  func options() throws {
    let source = "kernel void fill(global int *x) { x[0] = VALUE; }"
    for value in [3, 5] {
      let program = try Program(name: "options", source: source, options: "-DVALUE=\(value)", on: queue, cache: nil)
      let x = try Buffer<Int32>([0], on: queue)
      try queue.launch(program.kernel("fill"), grid: Grid(1), group: Grid(1), [x])
      #expect(try queue.read(x, count: 1) == [Int32(value)])
    }
  }

  @Test("a kernel that is not in the program is named")
  func noKernel() throws {
    let program = try Program(name: "one kernel", source: "kernel void a(int x) {}", on: queue, cache: nil)
    let error = #expect(throws: ComputeError.self) { try program.kernel("b") }
    #expect(error?.description == "program \"one kernel\" has no kernel \"b\"")
  }
}
