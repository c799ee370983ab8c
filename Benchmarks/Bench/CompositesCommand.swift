import ArgumentParser
import Foundation
import RelevancePropagation
import Reporting

/// `relprop-bench composites`: whole explanations, composite by composite, with their peak of memory.
struct CompositesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "composites",
    abstract: "Whole explanations by composite and batch, with and without ledger; forward alone; peak memory.",
    discussion: "Each measurement is made in a process of its own, for the sake of its peak of memory.")

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Composites.", valueName: "names"))
  var composite = "seed,epsilon_gamma_box,epsilon_plus,epsilon_alpha2_beta1"

  @Option(help: ArgumentHelp("Images in one pass. Default: 1,8,32.", valueName: "numbers"))
  var batch: String?

  struct Row: Encodable {
    /// `forward`, or a composite.
    var what: String
    var ledger: Bool
    var batch: Int
    /// Of the whole batch; nil where it does not fit the device.
    var seconds: Spread?
    var peakBytes: Int?
    /// Why there is no time.
    var problem: String?
  }

  func run() throws {
    let device = try options.chosenDevice()
    let batches = try Numbers.list(batch ?? (options.quick ? "1,2" : "1,8,32"), option: "--batch")
    let composites = options.quick ? ["seed"] : composite.split(separator: ",").map(String.init)
    for name in composites { _ = try Preset.named(name) }
    let subject = try Subject(options)
    print("device   \(device)\nnetwork  \(subject.name)")
    var table = TextTable([
      ("", .left), ("ledger", .left), ("batch", .right), ("ms an image (quartiles)", .right), ("peak MiB", .right),
    ])
    var rows: [Row] = []
    for batch in batches {
      let works =
        [Work(.forward, batch: batch)]
        + composites.flatMap { name in
          [false, true].map { Work(composite: name, batch: batch, ledger: $0) }
        }
      for work in works {
        Progress.note("\(work.kind == .forward ? "forward" : work.composite), batch \(batch)")
        let row = try measure(work)
        rows.append(row)
        table.add([
          row.what, row.ledger ? "yes" : "", "\(batch)",
          row.seconds?.scaled(by: 1 / Double(batch)).milliseconds ?? row.problem ?? "",
          row.peakBytes.map { "\($0 >> 20)" } ?? "",
        ])
      }
    }
    for line in table.lines { print(line) }
    try output.write(
      Report("composites", options, device: device, network: subject.name, rows: rows), Self.picture(rows, batches))
  }

  private func measure(_ work: Work) throws -> Row {
    var row = Row(
      what: work.kind == .forward ? "forward" : work.composite, ledger: work.ledger, batch: work.batch)
    do {
      let measurement = try Worker(options).measure(work, options.timing)
      (row.seconds, row.peakBytes) = (measurement.seconds, measurement.peakBytes)
    } catch let error as SessionError where error.description.contains("the device has") {
      row.problem = error.description
    }
    return row
  }

  private static func picture(_ rows: [Row], _ batches: [Int]) -> SVGDocument {
    let shown = rows.filter { !$0.ledger && $0.seconds != nil }
    return BarChart(
      title: "time an image", unit: "ms", categories: shown.map { "\($0.what), \($0.batch)" },
      series: [.init("ms an image", shown.map { $0.seconds!.median / Double($0.batch) * 1e3 })]
    ).picture
  }
}
