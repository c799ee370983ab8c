public import Compute

/// Finds the values of a kernel's parameters that are fastest on a device.
///
/// One parameter after another, in the order of the kernel's list: each value is tried with the best of the others so far,
/// on named shapes of work. What it computes is compared with the plain kernel on the same numbers; wrong results, and
/// values the device refuses, are rejected with the reason. What counts is the geometric mean over the
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

  private let plain: Engine
  private let standard: TuningTable
  private let cache: ProgramCache?
  private let isQuick: Bool

  /// - Parameter quick: tiny shapes, one further value a parameter, one repetition: for tests.
  public init(device: Device, cache: ProgramCache? = .standard, quick: Bool = false) throws {
    // The source's values: a tuning file in use, or damaged, is no reason not to write a new one.
    standard = TuningTable.standard(for: device)
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

  /// The further values of each parameter.
  public static func others(_ parameter: TunableKernel.Parameter, quick: Bool) -> [Int] {
    quick ? Array(parameter.others.prefix(1)) : parameter.others
  }

  /// Tries the values of a kernel's parameters and returns the best, or nil where none gives right results.
  ///
  /// - Throws: `ComputeError` where the plain kernel itself fails.
  public func tune(_ kernel: TunableKernel, report: (Trial) -> Void) throws -> TuningValues? {
    let bench = try bench(kernel)
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
    attempt(standard[kernel], changed: nil)
    for parameter in kernel.parameters {
      let start = best?.values ?? standard[kernel]
      let tried = start[parameter.name]!
      for value in [parameter.standard] + Self.others(parameter, quick: isQuick) where value != tried {
        attempt(start.merging([parameter.name: value]) { $1 }, changed: parameter.name)
      }
    }
    return best?.values
  }

  /// Times of these values, or why they are rejected; for tests of the tuner itself.
  func attempt(_ kernel: TunableKernel, _ values: TuningValues) throws -> [Double] {
    try bench(kernel).measure(values, checkingFit: false)
  }

  private func bench(_ kernel: TunableKernel) throws -> TuningBench {
    try TuningBench(kernel, plain: plain, cache: cache, standard: standard, isQuick: isQuick)
  }
}
