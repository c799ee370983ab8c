import Foundation

/// Numbers as the page writes them.
enum NumberText {
  /// "84.2 %"
  static func percent(_ share: Double, digits: Int = 1) -> String { fixed(100 * share, digits) + " %" }

  /// "0.842", a minus sign where it is needed, no "-0".
  static func fixed(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    guard text.hasPrefix("-") else { return text }
    let magnitude = text.dropFirst()
    return magnitude.allSatisfy { $0 == "0" || $0 == "." } ? String(magnitude) : "−" + magnitude
  }

  /// "+0.842" or "−0.842".
  static func signed(_ value: Double, _ digits: Int) -> String {
    let text = fixed(value, digits)
    return text.hasPrefix("−") || Double(text) == 0 ? text : "+" + text
  }

  /// "0.842 ± 0.12": mean and deviation over the images.
  static func spread(_ distribution: Distribution, _ digits: Int) -> String {
    "\(fixed(distribution.mean, digits)) ± \(fixed(distribution.deviation, digits))"
  }

  /// "+0.31 ± 0.02": mean and its standard error.
  static func difference(_ paired: PairedDifference, _ digits: Int) -> String {
    "\(signed(paired.difference.mean, digits)) ± \(fixed(paired.difference.standardError, digits))"
  }
}
