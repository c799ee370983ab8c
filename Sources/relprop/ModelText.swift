import Foundation

/// A network and its preprocessing in words, for the terminal.
enum ModelText {
  static func lines(_ choice: ModelOptions.Choice) -> [String] {
    let network = choice.model.network
    let p = choice.preprocessing
    return [
      "model    \(choice.path): \(choice.model.architecture), \(choice.model.format)",
      "         input \(network.inputShape), \(network.parameterCount) parameters, \(choice.labels.count) classes",
    ] + choice.model.notes.map { "         note: \($0)" } + [
      "pixels   \(p.channelOrder.rawValue), scale \(String(format: "%.6g", p.scale)), mean \(list(p.mean)), "
        + "std \(list(p.deviation)), \(p.fitting.rawValue)",
      "         because: \(choice.preprocessingReason)",
    ]
  }

  private static func list(_ numbers: [Double]) -> String {
    numbers.map { String(format: "%.6g", $0) }.joined(separator: ",")
  }
}
