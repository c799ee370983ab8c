import ArgumentParser
import Compute
import Foundation
import Reporting

/// `relprop-bench scaling`: how time grows with batch, image, targets and threads.
struct ScalingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Time against batch, image size, number of classes and threads.",
    discussion: "Threads are PoCL's, set in a process of its own; other devices keep theirs.")

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Composite.", valueName: "name"))
  var composite = "seed"

  @Option(help: ArgumentHelp("Only these: batch, side, targets, threads.", valueName: "names"))
  var only: String?

  struct Row: Encodable {
    /// batch, side, targets or threads.
    var along: String
    var value: Int
    /// Of the whole batch.
    var seconds: Spread
    var peakBytes: Int?
  }

  func run() throws {
    let subject = try Subject(options)
    let device = try options.chosenDevice()
    let axes = try chosenAxes(cores: device.computeUnits, isPoCL: device.platform == "Portable Computing Language")
    print("device   \(device)\nnetwork  \(subject.name), \(composite)")
    var table = TextTable([("along", .left), ("", .right), ("ms (quartiles)", .right), ("peak MiB", .right)])
    var rows: [Row] = []
    for (axis, values) in axes {
      for value in values {
        Progress.note("\(axis) \(value)")
        var (work, options) = (Work(composite: composite), options)
        switch axis {
        case "batch": work.batch = value
        case "side": options.side = value
        case "targets": work.targets = value
        default: options.threads = value
        }
        let measured = try Worker(options).measure(work, options.timing)
        rows.append(Row(along: axis, value: value, seconds: measured.seconds, peakBytes: measured.peakBytes))
        table.add([
          axis, "\(value)", measured.seconds.milliseconds, measured.peakBytes.map { "\($0 >> 20)" } ?? "",
        ])
      }
    }
    for line in table.lines { print(line) }
    let picture = BarChart(
      title: "\(subject.name), \(composite): time of a batch", unit: "ms",
      categories: rows.map { "\($0.along) \($0.value)" },
      series: [.init("median", rows.map { $0.seconds.median * 1e3 })]
    ).picture
    try output.write(Report("scaling", options, device: device, network: subject.name, rows: rows), picture)
  }

  private func chosenAxes(cores: Int, isPoCL: Bool) throws -> [(String, [Int])] {
    var threads = Array(sequence(first: 1) { 2 * $0 < cores ? 2 * $0 : nil })
    if cores > 1 { threads.append(cores) }
    let quick = options.quick
    // A file's network has its own size.
    let axes: [(String, [Int])] =
      [("batch", quick ? [1, 2] : [1, 2, 4, 8, 16])]
      + (options.model == nil && !quick ? [("side", [96, 160, 224, 320, 448])] : [])
      + [("targets", quick ? [1, 2] : [1, 2, 5, 10])] + (isPoCL ? [("threads", threads)] : [])
    guard let only else { return axes }
    let names = only.split(separator: ",").map(String.init)
    for name in names where !axes.contains(where: { $0.0 == name }) {
      throw ValidationError("--only \(name): here there are \(axes.map { $0.0 }.joined(separator: ", "))")
    }
    return axes.filter { names.contains($0.0) }
  }
}
