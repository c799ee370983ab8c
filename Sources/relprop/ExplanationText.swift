import Foundation
import RelevancePropagation

/// Explanations in words, for the terminal.
struct ExplanationText: Sendable {
  enum Detail: Sendable {
    /// Classes, targets and the ledger.
    case full
    /// The same without the ledger.
    case noLedger
    /// One line an image.
    case line
    case nothing
  }

  let labels: [String]
  /// Classes told of an image.
  let top: Int
  let detail: Detail

  /// What is said of an image once.
  func opening(_ path: String, _ explained: ExplainedImage) -> [String] {
    let explanations = explained.explanations.map(\.explanation)
    switch detail {
    case .nothing: return []
    case .line:
      return ["\(path): " + explanations.map { TargetText.line($0, labels: labels) }.joined(separator: " | ")]
    case .full, .noLedger: break
    }
    let photograph = explained.image.photograph
    let scores = explanations[0].scores
    let probabilities = scores.probabilities
    let classes = scores.ranking.prefix(max(top, 1)).map { index in
      let mark = explanations.contains { $0.target == index } ? "*" : " "
      return String(
        format: "  %@ %5.1f %%  score %8.4f  %4d  ", mark, 100 * probabilities[index], scores.logits[index], index)
        + labels[index]
    }
    return ["", "\(path): \(photograph.width) x \(photograph.height) pixels"] + classes
  }

  /// What is said of each target.
  func target(_ explanation: Explanation, batch: Int, stem: String, bound: Double) -> [String] {
    guard detail == .full || detail == .noLedger else { return [] }
    let relevance = explanation.relevance.withScalars { $0.reduce(0) { $0 + Double($1) } }
    var lines = [
      "  explained: \(TargetText.line(explanation, labels: labels)); "
        + String(
          format: explanation.start == nil ? "the map's sum is %.5g" : "the pixels hold %.5g of it", relevance)
        + String(format: " (%.3f s forward, %.3f s backward", explanation.forwardSeconds, explanation.backwardSeconds)
        + (batch > 1 ? " for \(batch) images)" : ")")
    ]
    if let record = explanation.translation {
      lines.append("  " + TranslationText.line(record, labels: labels, topClass: explanation.scores.topClass))
    }
    if detail == .full, let ledger = explanation.ledger {
      lines += LedgerTable.lines(ledger, entry: explanation.entry).map { "  \($0)" }
    }
    let variance = explanation.translation?.variance == nil ? "" : "variance.npy,variance.png,"
    return lines + [
      "  wrote \(stem).{heatmap.png,overlay.png,relevance.npy,\(variance)json}; "
        + String(format: "strongest colour ±%.4g", bound)
    ]
  }

  /// The worst layer of each kind of alarm; all stand in the report.
  func warnings(_ alarms: [LedgerAlarm]) -> [String] {
    guard detail == .full || detail == .noLedger else { return [] }
    return LedgerAlarm.Kind.allCases.compactMap { kind in
      let same = alarms.filter { $0.kind == kind }
      guard let worst = same.max(by: { $0.ratio < $1.ratio }) else { return nil }
      return "\(worst)" + (same.count > 1 ? "; \(same.count - 1) more layer(s) in the report" : "")
    }
  }
}
