import Foundation
import RelevancePropagation
import Reporting

/// The page that tells what the experiments found: made from their kept results alone.
struct ExperimentsPage {
  /// Folder of the results.
  let folder: String
  /// How the page refers to the folder: seen from the page's own.
  let link: String

  /// - Throws: `SessionError` where a result is missing.
  func text() throws -> String {
    let told = try Experiments.all.map { try tell($0) }
    var table = MarkdownTable(["", "claim", "here", "what was found"], textColumns: 4)
    for one in told {
      for claim in one.section.claims {
        table.add([String(one.section.title.prefix(3)), claim.text, claim.verdict.text, claim.evidence])
      }
    }
    var origins = MarkdownTable(
      ["experiment", "date", "commit", "device", "scenes", "seed", "seconds"], textColumns: 4)
    for one in told { origins.add(one.origin) }
    let digests = told.reduce(into: [:]) { $0.merge($1.networks) { _, last in last } }
    let networks = digests.sorted { $0.key < $1.key }.map { "- `\($0.key)`: SHA-256 `\($0.value)`" }
    let sections = told.map { one in
      one.section.markdown(link: link) + "\n\nNumbers: [\(one.name).json](\(link)/\(one.name).json)."
    }
    return """
      \(Self.head)

      ## What holds

      \(table.text.dropLast())

      \(sections.joined(separator: "\n\n"))

      ## Where the numbers come from

      \(origins.text.dropLast())

      Networks:

      \(networks.joined(separator: "\n"))

      """
  }

  /// Draws the charts again into the folder.
  func writeCharts() throws {
    for type in Experiments.all {
      for (name, chart) in try tell(type).section.charts { try AtomicFile.write(chart.text, to: "\(folder)/\(name)") }
    }
  }

  private struct Told {
    let name: String
    let section: Section
    let origin: [String]
    let networks: [String: String]
  }

  private func tell<E: Experiment>(_ type: E.Type) throws -> Told {
    let record = try ExperimentRecord<E.Result>.read(E.name, in: folder)
    return Told(
      name: E.name, section: E.section(record.result),
      origin: [
        E.name, record.date, "`\(record.commit)`", "\(record.device) (\(record.platform))", "\(record.images)",
        "\(record.seed)", NumberText.fixed(record.seconds, 1),
      ], networks: record.networks)
  }

  private static let head = """
    # The seeds' experiments, repeated

    `make experiments` runs them and writes this page; every number on it comes from the JSON files beside the figures. The
    images are drawn scenes of ten classes ([Models/demo](../Models/demo/README.md)), not photographs; the networks are small.
    What holds here holds for them, and what does not hold here may hold for ImageNet. The class with the highest score is
    explained unless a section says otherwise. "0.8 ± 0.1" is mean and standard deviation over the images; differences come
    with the standard error of their mean, and a claim *holds* where the difference is more than two of them.
    """
}
