public import Compute

/// Finds the values of a kernel's parameters that are fastest on a device.
///
/// One parameter after another, in the order of the kernel's list: each value is tried with the best of the others so far,
/// on named shapes of work. What it computes is compared, to the bit, with the plain kernel on the same small integers;
/// wrong results, and values the device refuses, are rejected with the reason. What counts is the geometric mean over the
/// shapes of the median time.
public final class Tuner {
  /// What became of one set of values.
  public struct Trial: Sendable {
    public let values: TuningValues
    /// Differs from the best before it in this parameter; nil for the first.
    public let changed: String?
    public let outcome: Outcome
  }

  public enum Outcome: Sendable {
    /// Median seconds a launch, shape by shape; `isBest` so far.
    case measured([Double], isBest: Bool)
    case rejected(String)
  }

  private let engine: Engine
  private let plain: Engine
  private let isQuick: Bool

  /// - Parameter quick: tiny shapes, one further value a parameter, one repetition: for tests.
  public init(device: Device, cache: ProgramCache? = .standard, quick: Bool = false) throws {
    // The source's values: a tuning file in use, or damaged, is no reason not to write a new one.
    let standard = TuningTable.standard(for: device)
    engine = try Engine(device: device, cache: cache, family: .gpu, tuning: standard)
    plain = try Engine(device: device, cache: cache, family: .plain, tuning: standard)
    isQuick = quick
  }

  /// The kernels it can tune for a family.
  public static func kernels(of family: KernelFamily) -> [TunableKernel] {
    TunableKernel.all.filter { $0.family == family }
  }

  /// Names of the shapes a kernel is timed on.
  public static func shapes(for kernel: TunableKernel, quick: Bool) -> [String] {
    TuningShape.shapes(for: kernel, quick: quick).map(\.name)
  }

  /// The further values of each parameter.
  public static func others(_ parameter: TunableKernel.Parameter, quick: Bool) -> [Int] {
    quick ? Array(parameter.others.prefix(1)) : parameter.others
  }

  /// Tries the values of a kernel's parameters and returns the best, or nil where none gives right results.
  ///
  /// - Throws: `ComputeError` where the plain kernel itself fails.
  public func tune(_ kernel: TunableKernel, report: (Trial) -> Void) throws -> TuningValues? {
    let bench = try Bench(kernel, engine: engine, plain: plain, isQuick: isQuick)
    var best: (values: TuningValues, score: Double)?
    func attempt(_ values: TuningValues, changed: String?) {
      let outcome: Outcome
      do {
        let seconds = try bench.measure(values)
        let score = seconds.reduce(1, *)
        let isBest = score < best?.score ?? .infinity
        if isBest { best = (values, score) }
        outcome = .measured(seconds, isBest: isBest)
      } catch {
        outcome = .rejected("\(error)")
      }
      report(Trial(values: values, changed: changed, outcome: outcome))
    }
    attempt(engine.tuning[kernel], changed: nil)
    for parameter in kernel.parameters {
      let start = best?.values ?? engine.tuning[kernel]
      let tried = start[parameter.name]!
      for value in [parameter.standard] + Self.others(parameter, quick: isQuick) where value != tried {
        attempt(start.merging([parameter.name: value]) { $1 }, changed: parameter.name)
      }
    }
    return best?.values
  }

  /// Whether these values give right results, and their times; for tests of the tuner itself.
  func attempt(_ kernel: TunableKernel, _ values: TuningValues) throws -> [Double] {
    try Bench(kernel, engine: engine, plain: plain, isQuick: isQuick).measure(values, checkingFit: false)
  }
}

/// One kernel's shapes on the device, with the plain kernel's results.
private struct Bench {
  let kernel: TunableKernel
  let engine: Engine
  let repetitions: Int
  var works: [(name: String, work: TuningWork, expected: [Float])] = []

  init(_ kernel: TunableKernel, engine: Engine, plain: Engine, isQuick: Bool) throws {
    self.kernel = kernel
    self.engine = engine
    repetitions = isQuick ? 1 : 7
    for shape in TuningShape.shapes(for: kernel, quick: isQuick) {
      let twin = try shape.make(plain)
      try twin.launch(nil)
      works.append((shape.name, try shape.make(engine), try twin.result()))
    }
  }

  /// Median seconds of a launch, shape by shape.
  func measure(_ values: TuningValues, checkingFit: Bool = true) throws -> [Double] {
    if checkingFit, let problem = kernel.problem(values, on: engine.limits) { throw Rejection(reason: problem) }
    let tuned = TunedKernel(kernel: kernel, values: values)
    let clock = ContinuousClock()
    return try works.map { name, work, expected in
      try work.launch(tuned)
      let found = try work.result()
      if let wrong = found.indices.first(where: { found[$0].bitPattern != expected[$0].bitPattern }) {
        throw Rejection(
          reason: "wrong result at \(name): element \(wrong) is \(found[wrong]), the plain kernel's \(expected[wrong])")
      }
      let times = try (0..<repetitions).map { _ in
        let begin = clock.now
        try work.launch(tuned)
        try engine.queue.finish()
        return (clock.now - begin) / .seconds(1)
      }
      return times.sorted()[repetitions / 2]
    }
  }
}

private struct Rejection: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}
