import Foundation
import RelevancePropagation

/// An explanation's target in words, with the class names.
enum TargetText {
  /// "castle, score 12.3": what was explained and its value.
  static func line(_ explanation: Explanation, labels: [String]) -> String {
    let value = String(format: "%.5g", explanation.value)
    switch explanation.explained {
    case .logit(let c): return "\(labels[c]), score \(value)"
    case .one(let c): return "\(labels[c]), score \(value), started from 1"
    case .probability(let c): return "\(labels[c]), probability \(value)"
    case .difference(let a, let b): return "\(labels[a]) rather than \(labels[b]), score difference \(value)"
    case .logOdds(let c):
      let odds = LogOdds(explanation.scores.logits, of: c)
      return "\(labels[c]) against all others, log-odds \(value); started from "
        + String(format: "%.5g = log-odds + entropy %.5g", explanation.start, odds.entropy)
    case .weighted, .relevance: return String(format: "given output relevance, sum %.5g", explanation.start)
    case .neurons(let selection): return "\(selection), activation \(value)"
    }
  }
}
