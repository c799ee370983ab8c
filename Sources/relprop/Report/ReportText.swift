import Foundation
import Imaging
import RelevancePropagation
import Reporting

/// What a report's numbers are called on its pages.
enum ReportText {
  /// Name and value of what is explained.
  static func target(_ report: ExplanationReport) -> ReportedImage.Target {
    let (name, value) = (report.target.name, NumberText.plain(report.explained.value))
    // As `Target` describes itself: "log-odds of class 3".
    let kind = report.explained.target
    switch kind {
    case "logit of class \(report.target.index)": return .init(name: name, description: "\(name), score \(value)")
    case "1 at class \(report.target.index)":
      return .init(name: name, description: "\(name), score \(value), started from 1")
    case "log-odds of class \(report.target.index)":
      return .init(name: "\(name), log-odds", description: "\(name) against all others, log-odds \(value)")
    case "probability of class \(report.target.index)":
      return .init(name: "\(name), probability", description: "\(name), probability \(value)")
    default: return .init(name: kind, description: "\(kind): \(value)")
    }
  }

  /// "1024 × 768 pixels; the network saw 672 × 672 of them from (176, 48), at 224 × 224"
  static func framing(_ image: ExplanationReport.Image, of model: ExplanationReport.Model) -> String {
    let seen = image.seen.map { Int($0.rounded()) }
    let size = model.inputShape.suffix(2).reversed().map(String.init).joined(separator: " × ")
    let whole = seen[2] == image.width && seen[3] == image.height
    return "\(image.width) × \(image.height) pixels; the network saw "
      + (whole ? "all of them" : "\(seen[2]) × \(seen[3]) of them from (\(seen[0]), \(seen[1]))") + " at \(size)"
  }

  static func facts(_ report: ExplanationReport, _ heatmap: Heatmap) -> [(term: String, value: String)] {
    let positive = heatmap.values.reduce(0.0) { $0 + Double(max($1, 0)) }
    let negative = heatmap.values.reduce(0.0) { $0 + Double(min($1, 0)) }
    var facts: [(term: String, value: String)] = []
    if let start = report.explained.start { facts.append(("Started from", NumberText.plain(start))) }
    facts += [
      ("Relevance at the pixels", NumberText.plain(heatmap.sum)),
      ("For and against", "+\(NumberText.plain(positive)) and \(NumberText.plain(negative))"),
    ]
    if !report.filters.isEmpty {
      let filters = report.filters.map { "\($0.layer): \($0.channels.map(String.init).joined(separator: ", "))" }
      facts.append(("Only through channels", filters.joined(separator: "; ")))
    }
    return facts
  }
}
