import ArgumentParser
import Foundation
import Reporting

/// `relprop-bench targets`: what more classes of one image cost; they share its forward pass.
struct TargetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "targets", abstract: "Cost of explaining several classes of one image at once.")

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Composite.", valueName: "name"))
  var composite = "seed"

  @Option(help: ArgumentHelp("Numbers of classes, the first to compare with.", valueName: "numbers"))
  var targets = "1,2,5,10"

  struct Row: Encodable {
    var targets: Int
    var seconds: Spread
    var peakBytes: Int?
    /// Of the medians, against the first row.
    var ratio: Double
  }

  func run() throws {
    let counts = try Numbers.list(targets, option: "--targets")
    let subject = try Subject(options)
    let classes = subject.network.outputShape.count
    guard counts.max()! <= classes else {
      throw ValidationError("--targets \(targets): the network has \(classes) classes")
    }
    let device = try options.chosenDevice()
    print("device   \(device)\nnetwork  \(subject.name), \(composite)")
    var table = TextTable([
      ("classes", .right), ("ms (quartiles)", .right), ("ratio", .right), ("peak MiB", .right),
    ])
    var rows: [Row] = []
    for count in counts {
      Progress.note("\(count) class(es)")
      let measured = try Worker(options).measure(Work(composite: composite, targets: count), options.timing)
      rows.append(
        Row(
          targets: count, seconds: measured.seconds, peakBytes: measured.peakBytes,
          ratio: measured.seconds.median / (rows.first?.seconds.median ?? measured.seconds.median)))
      table.add([
        "\(count)", measured.seconds.milliseconds, String(format: "%.2f", rows.last!.ratio),
        measured.peakBytes.map { "\($0 >> 20)" } ?? "",
      ])
    }
    for line in table.lines { print(line) }
    let picture = LineChart(
      title: "\(subject.name), \(composite): classes of one image", horizontal: "classes", vertical: "ms",
      series: [.init(composite, rows.map { (Double($0.targets), $0.seconds.median * 1e3) })]
    ).picture
    try output.write(Report("targets", options, device: device, network: subject.name, rows: rows), picture)
  }
}
