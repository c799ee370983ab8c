internal import Compute

/// One kernel's shapes on a device, with the plain kernel's results: measures values, and rejects those that are wrong.
struct TuningBench {
  private let kernel: TunableKernel
  private let cache: ProgramCache?
  private let standard: TuningTable
  private let plain: Engine
  private let shapes: [TuningShape]
  private let expected: [[Float]]
  private let repetitions: Int
  /// A GPU's kernels take their values launch by launch; a CPU's are the engine's.
  private let works: [TuningWork]?
  private let engine: Engine?

  init(
    _ kernel: TunableKernel, plain: Engine, cache: ProgramCache?, standard: TuningTable, isQuick: Bool
  ) throws {
    self.kernel = kernel
    self.cache = cache
    self.standard = standard
    self.plain = plain
    repetitions = isQuick ? 1 : 7
    let shapes = TuningShape.shapes(for: kernel, quick: isQuick)
    self.shapes = shapes
    expected = try shapes.map { shape throws in
      let twin = try shape.make(plain)
      try twin.launch(nil)
      return try twin.result()
    }
    let engine =
      kernel.family == .gpu
      ? try Engine(device: plain.device, cache: cache, family: .gpu, tuning: standard) : nil
    self.engine = engine
    works = try engine.map { engine throws in try shapes.map { shape throws in try shape.make(engine) } }
  }

  /// Median seconds of a launch, shape by shape.
  func measure(_ values: TuningValues, checkingFit: Bool = true) throws -> [Double] {
    if checkingFit, let problem = kernel.problem(values, on: plain.limits) { throw Rejection(reason: problem) }
    if let engine, let works {
      return try measure(works, with: TunedKernel(kernel: kernel, values: values), on: engine)
    }
    var table = standard
    table[kernel] = values
    let engine = try Engine(device: plain.device, cache: cache, family: kernel.family, tuning: table)
    return try measure(try shapes.map { shape throws in try shape.make(engine) }, with: nil, on: engine)
  }

  private func measure(_ works: [TuningWork], with tuned: TunedKernel?, on engine: Engine) throws -> [Double] {
    let clock = ContinuousClock()
    return try works.indices.map { index throws in
      try works[index].launch(tuned)
      try check(try works[index].result(), index)
      let times = try (0..<repetitions).map { _ throws in
        let begin = clock.now
        try works[index].launch(tuned)
        try engine.queue.finish()
        return (clock.now - begin) / .seconds(1)
      }
      return times.sorted()[repetitions / 2]
    }
  }

  /// To the bit where a kernel adds products of the small integers; Winograd's algorithm, on a CPU, rounds.
  private func check(_ found: [Float], _ index: Int) throws {
    let twin = expected[index]
    let allowed = kernel.family == .gpu ? 0 : 1e-5 * (twin.map(abs).max() ?? 0)
    guard let wrong = found.indices.first(where: { !(abs(found[$0] - twin[$0]) <= allowed) }) else { return }
    throw Rejection(
      reason:
        "wrong result at \(shapes[index].name): element \(wrong) is \(found[wrong]), the plain kernel's \(twin[wrong])"
    )
  }

  private struct Rejection: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }
}
