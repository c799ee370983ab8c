/// A sum of doubles that is rounded once, at the end: the same bits whatever the order of the terms.
///
/// Source: Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic": the sum is kept as doubles that do not overlap.
public struct ExactSum: Sendable, Equatable {
  /// From the smallest to the largest; no two share a bit.
  private var parts: [Double] = []

  public init() {}

  public mutating func add(_ term: Double) {
    var rest = term
    var count = 0
    for part in parts {
      let (large, small) = abs(rest) >= abs(part) ? (rest, part) : (part, rest)
      let sum = large + small
      let error = small - (sum - large)
      if error != 0 {
        parts[count] = error
        count += 1
      }
      rest = sum
    }
    parts.removeSubrange(count...)
    parts.append(rest)
  }

  public mutating func add(_ other: ExactSum) {
    for part in other.parts { add(part) }
  }

  /// The sum, rounded to the nearest double.
  public var value: Double {
    guard var sum = parts.last else { return 0 }
    var index = parts.count - 1
    var error = 0.0
    while index > 0, error == 0 {
      index -= 1
      let before = sum
      sum += parts[index]
      error = parts[index] - (sum - before)
    }
    // Half way between two doubles the parts below decide.
    if index > 0, (error < 0) == (parts[index - 1] < 0), error != 0 {
      let doubled = 2 * error
      let rounded = sum + doubled
      if rounded - sum == doubled { return rounded }
    }
    return sum
  }

  /// The same sum may be kept as other parts.
  public static func == (a: ExactSum, b: ExactSum) -> Bool { a.value == b.value }
}
