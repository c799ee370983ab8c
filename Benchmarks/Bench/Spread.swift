import Foundation

/// Median and quartiles of repeated measurements: no run is thrown away, none decides.
struct Spread: Codable, Hashable {
  var median: Double
  var lowerQuartile: Double
  var upperQuartile: Double
  /// Number of measurements.
  var count: Int

  /// Quantiles by linear interpolation between the sorted values (Hyndman and Fan's type 7, NumPy's default).
  /// - Precondition: at least one value, all finite.
  init(_ values: [Double]) {
    precondition(!values.isEmpty && values.allSatisfy(\.isFinite), "measurements \(values)")
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      let position = share * Double(sorted.count - 1)
      let below = Int(position)
      guard below + 1 < sorted.count else { return sorted[below] }
      return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
    }
    median = quantile(0.5)
    lowerQuartile = quantile(0.25)
    upperQuartile = quantile(0.75)
    count = values.count
  }

  /// Times in another unit, or per image.
  func scaled(by factor: Double) -> Spread {
    var result = self
    result.median *= factor
    result.lowerQuartile *= factor
    result.upperQuartile *= factor
    return result
  }

  /// Seconds as milliseconds: "84.12 (83.90–85.01)".
  var milliseconds: String {
    String(format: "%.2f (%.2f–%.2f)", median * 1e3, lowerQuartile * 1e3, upperQuartile * 1e3)
  }
}

/// How often something is run to be timed.
struct Timing: Codable {
  var repetitions: Int
  /// Once this is over three runs are enough.
  var seconds: Double

  /// Runs `body` once untimed, which pages memory in and wakes the threads, then timed; `body` says what to keep of a run.
  func collect<Value>(_ body: () throws -> Value) rethrows -> [Value] {
    _ = try body()
    let clock = ContinuousClock()
    let begin = clock.now
    var values: [Value] = []
    while values.count < repetitions && (values.count < 3 || (clock.now - begin) / .seconds(1) < seconds) {
      values.append(try body())
    }
    return values
  }
}
