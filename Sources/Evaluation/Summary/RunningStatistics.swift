/// Mean, deviation and extremes of numbers that come one by one (Welford's recurrence): memory does not grow with them.
public struct RunningStatistics: Sendable, Equatable, Codable {
  public private(set) var count = 0
  public private(set) var mean = 0.0
  private var squares = 0.0
  public private(set) var smallest = Double.infinity
  public private(set) var largest = -Double.infinity

  public init() {}

  public mutating func add(_ value: Double) {
    count += 1
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
    (smallest, largest) = (min(smallest, value), max(largest, value))
  }

  /// Standard deviation of the numbers, divided by their number.
  public var deviation: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }

  private enum CodingKeys: String, CodingKey {
    case count, mean
    case squares = "squaredDeviations"
    case smallest, largest
  }
}
