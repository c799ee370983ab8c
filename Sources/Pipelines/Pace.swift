import Foundation

/// How fast a count goes, and how long the rest takes, in words.
public struct Pace: Sendable {
  public let total: Int

  /// - Precondition: `total` is positive.
  public init(total: Int) {
    precondition(total > 0, "\(total) to do")
    self.total = total
  }

  /// "120 of 1000, 25.3 images/s, 0:35 left".
  public func line(_ done: Int, after seconds: Double, of what: String = "images") -> String {
    guard done > 0, seconds > 0 else { return "\(done) of \(total)" }
    let rate = Double(done) / seconds
    return "\(done) of \(total), \(Self.rate(rate)) \(what)/s, \(Self.clock(Double(total - done) / rate)) left"
  }

  /// The same behind a bar: "[######--------------] 120 of …".
  public func bar(_ done: Int, after seconds: Double, of what: String = "images", width: Int = 20) -> String {
    let full = min(width * done / total, width)
    let bar = String(repeating: "#", count: full) + String(repeating: "-", count: width - full)
    return "[\(bar)] \(line(done, after: seconds, of: what))"
  }

  /// One line of JSON: `{"done": 120, "left": 34.8, "of": "images", "rate": 25.3, "seconds": 4.74, "total": 1000}`;
  /// rate and seconds left are null before the first.
  public func json(_ done: Int, after seconds: Double, of what: String = "images") -> String {
    let rate = done > 0 && seconds > 0 ? Double(done) / seconds : nil
    func number(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "null" }
    let left = rate.map { Double(total - done) / $0 }
    return "{\"done\": \(done), \"left\": \(number(left)), \"of\": \"\(what)\", \"rate\": \(number(rate)), "
      + "\"seconds\": \(number(seconds)), \"total\": \(total)}"
  }

  /// Three digits: 0.0312, 1.25, 25.3, 253.
  public static func rate(_ rate: Double) -> String { String(format: rate < 100 ? "%.3g" : "%.0f", rate) }

  /// 0:35, 12:00, 1:02:03.
  public static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded(.up))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0 ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
  }
}
