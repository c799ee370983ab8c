import Foundation

/// Two trees of numbers by name, as JSON holds them: how far one is from the other.
package struct ValueComparison {
  /// Numbers that the reference names.
  package private(set) var count = 0
  /// The largest difference, over the reference's magnitude where that is above 1; infinite where a number is missing.
  package private(set) var largest = 0.0
  /// Where that is.
  package private(set) var place = ""
  /// Numbers that are off by more than 1e-5 of themselves: those near 0.
  package private(set) var countBeyondRelative = 0

  /// - Parameters:
  ///   - found: may name more than `expected` does.
  ///   - expected: names that begin with an underscore are remarks.
  package init(_ found: Any?, with expected: Any) { walk(expected, found, "") }

  /// The reading in one line.
  package var line: String {
    "\(count) values within \(String(format: "%.1e", largest)) of the reference (of its magnitude where that is above 1), the "
      + "worst \(place); \(countBeyondRelative) near 0 are off by more than 1e-5 of themselves: differences of scores in single "
      + "precision"
  }

  private mutating func walk(_ expected: Any, _ found: Any?, _ place: String) {
    switch expected {
    case let tree as [String: Any]:
      let own = found as? [String: Any]
      for (key, value) in tree.sorted(by: { $0.key < $1.key }) where !key.hasPrefix("_") {
        walk(value, own?[key], "\(place)/\(key)")
      }
    case let list as [Any]:
      let own = found as? [Any]
      for (index, value) in list.enumerated() {
        // A list of another length is another experiment.
        walk(value, own?.count == list.count ? own?[index] : nil, "\(place)[\(index)]")
      }
    default:
      let number = (expected as? NSNumber)?.doubleValue ?? .nan
      let own = (found as? NSNumber)?.doubleValue ?? .nan
      count += 1
      let difference = abs(own - number)
      let measure = difference.isNaN ? .infinity : difference / max(1, abs(number))
      if measure > largest { (largest, self.place) = (measure, place) }
      if !(difference <= 1e-5 * abs(number)) { countBeyondRelative += 1 }
    }
  }
}
