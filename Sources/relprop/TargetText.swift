import Foundation
import RelevancePropagation

/// An explanation's target in words, with the class names.
enum TargetText {
  /// "castle, score 12.3": what was explained and its value.
  static func line(_ explanation: Explanation, labels: [String]) -> String {
    let value = String(format: "%.5g", explanation.value)
    let score = explanation.translation == nil ? "score" : "mean score"
    switch explanation.explained {
    case .logit(let c): return "\(labels[c]), \(score) \(value)"
    case .one(let c): return "\(labels[c]), \(score) \(value)" + (explanation.start == nil ? "" : ", started from 1")
    case .probability(let c): return "\(labels[c]), probability \(value)"
    case .difference(let a, let b): return "\(labels[a]) rather than \(labels[b]), \(score) difference \(value)"
    case .logOdds(let c):
      let start = explanation.start.map {
        let entropy = LogOdds(explanation.scores.logits, of: c).entropy
        return String(format: "; started from %.5g = log-odds + entropy %.5g", $0, entropy)
      }
      return "\(labels[c]) against all others, log-odds \(value)" + (start ?? "")
    case .weighted: return "weighted scores, sum \(value)"
    case .relevance:
      return explanation.start.map { String(format: "given output relevance, sum %.5g", $0) }
        ?? "scores weighted as given, sum \(value)"
    case .neurons(let selection): return "\(selection), activation \(value)"
    }
  }
}
