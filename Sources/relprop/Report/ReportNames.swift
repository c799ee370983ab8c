import Foundation

/// What images are called in a report.
enum ReportNames {
  /// The paths' last parts, or as much more as tells them apart; the same path keeps one name.
  static func distinct(_ paths: [String]) -> [String] {
    let parts = paths.map { ($0 as NSString).pathComponents.filter { $0 != "/" } }
    var lengths = [Int](repeating: 1, count: paths.count)
    while true {
      let names = zip(parts, lengths).map { $0.suffix($1).joined(separator: "/") }
      let ambiguous = Dictionary(grouping: names.indices) { names[$0] }.values
        .filter { $0.count > 1 && Set($0.map { parts[$0] }).count > 1 }
        .joined().filter { lengths[$0] < parts[$0].count }
      guard !ambiguous.isEmpty else { return names }
      for index in ambiguous { lengths[index] += 1 }
    }
  }
}
