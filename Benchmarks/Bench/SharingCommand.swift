import ArgumentParser
import Compute
import Foundation
import RelevancePropagation
import Reporting

/// `relprop-bench sharing`: what a scan could gain if overlapping windows shared what they have in common.
struct SharingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sharing",
    abstract: "Upper bounds of what overlapping windows could gain by sharing units and relevance.",
    discussion: """
      "every layer" lets a window compute, of every layer's measured time, the share of the units that it has for itself: \
      those that see its padding (the dirty ring) and those that the window before does not have. "one cut" shares the layers \
      below one pooling and measures the strips from which a window gets the cut's ring, with the kernels there are. Neither \
      counts moving and joining the parts. Layers whose rule takes a statistic of the window are not shared backward.
      """)

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Composite.", valueName: "name"))
  var composite = "seed"

  @Option(help: ArgumentHelp("Windows in one pass.", valueName: "number"))
  var batch = 4

  @Option(help: ArgumentHelp("Pixels between windows. Default: a half to an eighth of the window.", valueName: "list"))
  var strides: String?

  struct Row: Encodable {
    var stride: Int
    /// Time of a window without sharing over that with it.
    var everyLayer: Double
    var oneCut: Double
    /// The pooling below which is shared; nil where none gains.
    var cut: String?
  }

  func run() throws {
    let subject = try Subject(options)
    let network = subject.network
    let side = network.inputShape[2]
    let strides = try strides.map { try Numbers.list($0, option: "--strides") } ?? [2, 4, 7, 8].map { side / $0 }
    let engine = try options.engine(profiling: true)
    let rules = try Preset.named(composite).composite(
      for: network, low: subject.preprocessing.low, high: subject.preprocessing.high
    ).resolve(for: network)
    let times = try LayerTimes(subject, Work(composite: composite, batch: batch), timing: options.timing, on: engine)
    let geometry = SharingGeometry.layers(of: network)
    let cuts = try network.nodes.compactMap { node -> CutCost? in
      guard let own = geometry[node.name], node.layer is MaxPooling || node.layer is AveragePooling else { return nil }
      Progress.note("cut at \(node.name)")
      return try CutCost(node, in: network, own, rules: rules, batch: batch, timing: options.timing, on: engine)
    }

    print("device   \(engine.device)\nnetwork  \(subject.name), \(composite), batch \(batch)")
    var layers = TextTable([
      ("layer", .left), ("units", .right), ("clean", .right), ("ring", .right), ("forward ms", .right),
      ("backward ms", .right), ("strips", .right),
    ])
    for node in network.nodes where times[node.name].total > 0 {
      let own = geometry[node.name]
      layers.add([
        node.name, own.map { "\($0.rows.units) × \($0.columns.units)" } ?? "",
        own.map { "\($0.rows.clean) × \($0.columns.clean)" } ?? "",
        own.map { String(format: "%.1f %%", 100 - 100 * Double($0.clean) / Double($0.units)) } ?? "",
        String(format: "%.2f", 1e3 * times[node.name].forward), String(format: "%.2f", 1e3 * times[node.name].backward),
        cuts.first { $0.node == node.name }.map { String(format: "%.0f %%", 100 * $0.strips.total / $0.whole.total) }
          ?? "",
      ])
    }
    for line in layers.lines { print(line) }
    print("strips: time of the layers up to there on four strips, of that on whole windows\n")
    let rows = strides.map { row($0, times, rules, of: network, geometry, cuts) }
    var table = TextTable([("stride", .right), ("every layer", .right), ("one cut", .right), ("below", .left)])
    for row in rows {
      table.add([
        "\(row.stride)", String(format: "%.2f", row.everyLayer), String(format: "%.2f", row.oneCut), row.cut ?? "",
      ])
    }
    for line in table.lines { print(line) }
    try output.write(Report("sharing", options, device: engine.device, network: subject.name, rows: rows), nil)
  }

  private func row(
    _ stride: Int, _ times: LayerTimes, _ rules: RuleTable, of network: Network, _ geometry: [String: SharingGeometry],
    _ cuts: [CutCost]
  ) -> Row {
    let whole = times.total.total
    var saved = 0.0
    for node in network.nodes {
      guard let own = geometry[node.name] else { continue }
      var hasStatistic = false
      if case .shares(_, let stabilizer) = rules[node.name].propagation { hasStatistic = stabilizer.relative != 0 }
      let time = times[node.name]
      saved += (time.forward + (hasStatistic ? 0 : time.backward)) * (1 - own.work(stride: stride))
    }
    // A part below a cut is timed alone; its share of the whole is what counts.
    let gains = cuts.map { cut -> (gain: Double, node: String) in
      (whole / (whole - cut.whole.total + cut.left(stride: stride).total), cut.node)
    }
    let best = gains.max { $0.gain < $1.gain }.flatMap { $0.gain > 1 ? $0 : nil }
    return Row(stride: stride, everyLayer: whole / (whole - saved), oneCut: best?.gain ?? 1, cut: best?.node)
  }
}
