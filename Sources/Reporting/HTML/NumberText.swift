import Foundation

/// Numbers as pages show them.
public enum NumberText {
  /// Five significant digits, or fewer; a minus that is read as one.
  public static func plain(_ value: Double, digits: Int = 5) -> String {
    guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
    return String(format: "%.\(digits)g", value).replacing("-", with: "−")
  }

  /// What is below float32's rounding of `total` reads 0.
  static func plain(_ value: Double, of total: Double) -> String {
    abs(value) < 1e-6 * total ? "0" : plain(value)
  }

  /// A share as "95.6 %".
  public static func percent(_ share: Double) -> String {
    share.isFinite ? String(format: "%.1f %%", 100 * share).replacing("-", with: "−") : "not a number"
  }
}
