import Foundation
import RelevancePropagation
import Reporting

/// Where explanations come from, as terms and values; what differs between them is told of each.
enum ReportProvenance {
  static func of(_ material: ReportMaterial) -> Provenance {
    var provenance = common(material)
    let seconds = material.entries.map { $0.report.seconds }
    let time = String(
      format: "%.3f s forward, %.3f s backward, %d map(s)", seconds.reduce(0) { $0 + $1.forward },
      seconds.reduce(0) { $0 + $1.backward }, seconds.count)
    let explained = values(material) { $0.explained.target }
    provenance.facts =
      [(term: "Image", value: material.path), (term: "Explained", value: explained)] + provenance.facts
      + [(term: "Device time", value: time)]
    return provenance
  }

  /// What holds for all images of a run.
  static func common(_ material: ReportMaterial) -> Provenance {
    func fact(_ term: String, _ value: (ExplanationReport) -> String) -> (term: String, value: String)? {
      let values = values(material, value)
      return values.isEmpty ? nil : (term, values)
    }
    let facts = [
      fact("Model") {
        "\($0.model.path) (\($0.model.architecture), \($0.model.format), \($0.model.parameters) parameters)"
      },
      fact("SHA-256 of the model") { $0.model.sha256 },
      fact("Input") { $0.model.inputShape.map(String.init).joined(separator: " × ") },
      fact("Preprocessing") { preprocessing($0.preprocessing) },
      fact("Methods") { $0.composite.isEmpty ? $0.method : "\($0.method) with \($0.composite)" },
      fact("Device") { "\($0.device.name), \($0.device.platform)" },
      fact("Driver") { $0.device.driver },
      fact("Kernels") { "\($0.device.kernels), \($0.device.precision)" },
      fact("Program") { $0.tool },
      fact("Command") { $0.command.map(word).joined(separator: " ") },
      (term: "Time", value: material.time),
    ]
    return Provenance(facts: facts.compactMap { $0 }, rules: rules(material))
  }

  /// What the reports say, each different value once.
  private static func values(_ material: ReportMaterial, _ value: (ExplanationReport) -> String) -> String {
    var values: [String] = []
    for value in material.entries.map({ value($0.report) }) where !value.isEmpty && !values.contains(value) {
      values.append(value)
    }
    return values.joined(separator: " | ")
  }

  private static func preprocessing(_ p: Preprocessing) -> String {
    func list(_ numbers: [Double]) -> String { numbers.map { String(format: "%.6g", $0) }.joined(separator: ", ") }
    return "\(p.channelOrder.rawValue), scale \(String(format: "%.6g", p.scale)), mean \(list(p.mean)), "
      + "deviation \(list(p.deviation)), \(p.fitting.rawValue)"
  }

  /// As it would be typed: quoted where the shell would read it otherwise.
  private static func word(_ argument: String) -> String {
    let plain = argument.allSatisfy { $0.isLetter || $0.isNumber || "_-./:=,@%+".contains($0) }
    return plain && !argument.isEmpty ? argument : "'\(argument.replacing("'", with: "'\\''"))'"
  }

  /// Layers by the first report that has rules; of each method its own.
  private static func rules(_ material: ReportMaterial) -> [Provenance.Layer] {
    var byMethod: [String: [String: String]] = [:]
    for row in material.rows {
      for (method, entry) in zip(material.methods, row) where byMethod[method] == nil {
        guard let report = try? entry.get().report, !report.rules.isEmpty else { continue }
        byMethod[method] = Dictionary(report.rules.map { ($0.layer, $0.rule) }) { first, _ in first }
      }
    }
    let layers = material.entries.first { !$0.report.rules.isEmpty }?.report.rules ?? []
    return layers.map { layer in
      .init(name: layer.layer, type: layer.type, rules: byMethod.compactMapValues { $0[layer.layer] })
    }
  }

  /// The time as reports hold it.
  static func time(_ date: Date) -> String { date.ISO8601Format() }
}
