public import Compute

/// Finds the values of a kernel's parameters that are fastest on a device.
///
/// One parameter after another, in the order of the kernel's list: each value is tried with the best of the others so far
/// (and one of them changed where they do not go together), on named shapes of work. What it computes is compared with the plain kernel on the same numbers; wrong results, and
/// values the device refuses, are rejected with the reason. What counts is the geometric mean over the
/// shapes of the median time.
public final class Tuner {
  /// What became of one set of values.
  public struct Trial: Sendable {
    public let values: TuningValues
    /// Where it differs from the best before it; empty for the first.
    public let changed: [String]
    public let outcome: Outcome
  }

  public enum Outcome: Sendable {
    /// Median seconds a launch, shape by shape; `isBest` so far.
    case measured([Double], isBest: Bool)
    case rejected(String)
  }

  private let plain: Engine
  private let standard: TuningTable
  private let cache: ProgramCache?
  private let isQuick: Bool

  /// - Parameter quick: tiny shapes, one further value a parameter, one repetition: for tests.
  public init(device: Device, cache: ProgramCache? = .standard, quick: Bool = false) throws {
    // The source's values: a tuning file in use, or damaged, is no reason not to write a new one.
    standard = try TuningTable.standard(for: device, cache: cache)
    plain = try Engine(device: device, cache: cache, family: .plain, tuning: standard)
    self.cache = cache
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

  /// The further values of a parameter, beside `value`.
  public static func others(_ parameter: TunableKernel.Parameter, than value: Int, quick: Bool) -> [Int] {
    let others = ([parameter.standard] + parameter.others).filter { $0 != value }
    return quick ? Array(others.prefix(1)) : others
  }

  /// Tries the values of a kernel's parameters and returns the best, or nil where none gives right results.
  ///
  /// - Throws: `ComputeError` where the plain kernel itself fails.
  public func tune(_ kernel: TunableKernel, report: (Trial) -> Void) throws -> TuningValues? {
    let bench = try bench(kernel)
    var best: (values: TuningValues, score: Double)?
    var tried: Set<TuningValues> = []
    func attempt(_ values: TuningValues) {
      guard tried.insert(values).inserted else { return }
      let changed = best.map { best in values.keys.filter { values[$0] != best.values[$0] }.sorted() } ?? []
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
    attempt(standard[kernel])
    for parameter in kernel.parameters {
      let start = best?.values ?? standard[kernel]
      let present = start[parameter.name]!
      for value in Self.others(parameter, than: present, quick: isQuick) {
        attempt(fitting(start.merging([parameter.name: value]) { $1 }, keeping: parameter.name, of: kernel))
      }
    }
    return best?.values
  }

  /// Values that do not go together, with one other parameter changed so that they do, where that helps.
  private func fitting(_ values: TuningValues, keeping name: String, of kernel: TunableKernel) -> TuningValues {
    guard kernel.problem(values, on: plain.limits) != nil else { return values }
    for other in kernel.parameters where other.name != name {
      for value in [other.standard] + other.others {
        let changed = values.merging([other.name: value]) { $1 }
        if kernel.problem(changed, on: plain.limits) == nil { return changed }
      }
    }
    return values
  }

  /// Times of these values, or why they are rejected; for tests of the tuner itself.
  func attempt(_ kernel: TunableKernel, _ values: TuningValues) throws -> [Double] {
    try bench(kernel).measure(values, checkingFit: false)
  }

  private func bench(_ kernel: TunableKernel) throws -> TuningBench {
    try TuningBench(kernel, plain: plain, cache: cache, standard: standard, isQuick: isQuick)
  }
}
