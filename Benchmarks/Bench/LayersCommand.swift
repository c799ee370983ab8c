import ArgumentParser
import Compute
import Foundation
import RelevancePropagation
import Reporting

/// `relprop-bench layers`: where the time of a whole explanation goes.
struct LayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Time of every layer of a network, forward and backward, and what is left between them.",
    discussion: """
      From the device's own clock. The rest is what host, transfers and waiting take.

      A floor is the time in which the machine could do a layer's work at best, by its peaks measured in the same run: the
      products of the algorithm that is used at the peak of multiply-adds, or the weights read once at the peak of memory,
      whichever takes longer (of a dense layer on a CPU those whose input is not 0 in all images). What is above it goes to
      transforms, epilogues and the traffic of activations.
      """)

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var pass: PassOptions
  @OptionGroup var output: OutputOptions

  struct Row: Encodable {
    /// A layer; `ledger`; `rest` for host, transfers and waiting; `total` by the host's clock.
    var layer: String
    var type: String
    /// Of the whole batch.
    var forward: Spread
    var backward: Spread
    var launches: Int
    /// Seconds that the layer's work takes at the machine's peaks.
    var forwardFloor: Double?
    var backwardFloor: Double?
    /// Of the direct algorithm, forward.
    var forwardGigaflops: Double?
  }

  func run() throws {
    let subject = try Subject(options)
    let engine = try options.engine(profiling: true)
    let session = try Session(subject, pass.work, on: engine)
    let images = subject.images(pass.batch)
    let runs = try options.timing.collect { try RecordedRun(session, images, on: engine) }
    let rules = try Preset.named(pass.composite).composite(
      for: subject.network, low: subject.preprocessing.low, high: subject.preprocessing.high
    ).resolve(for: subject.network)
    let plan = PropagationPlan(subject.network, rules: rules, targets: pass.targets, on: engine)
    let peak = try Peak.measure(on: engine.device, isQuick: options.quick)
    let rows = rows(runs, plan, peak, used: try usedWeights(subject.network, images, on: engine))

    print(
      "device   \(engine.device)\nnetwork  \(subject.name), \(pass.text)\n\(peak.text)"
    )
    func milliseconds(_ seconds: Double?) -> String { seconds.map { String(format: "%.2f", $0 * 1e3) } ?? "" }
    var table = TextTable([
      ("layer", .left), ("type", .left), ("forward ms", .right), ("floor", .right), ("GFLOP/s", .right),
      ("backward ms", .right), ("floor", .right), ("launches", .right),
    ])
    for row in rows {
      table.add([
        row.layer, row.type, row.forward.milliseconds, milliseconds(row.forwardFloor),
        row.forwardGigaflops.map { String(format: "%.1f", $0) } ?? "", row.backward.milliseconds,
        milliseconds(row.backwardFloor),
        row.launches > 0 ? "\(row.launches)" : "",
      ])
    }
    for line in table.lines { print(line) }
    let report = Report("layers", options, device: engine.device, network: subject.name, rows: rows)
    try output.write(report, picture(rows, subject))
  }

  /// The share of each dense layer's weights that a CPU's kernels read.
  private func usedWeights(_ network: Network, _ images: Tensor, on engine: Engine) throws -> [String: Double] {
    guard engine.family == .cpu else { return [:] }
    let trace = try DeviceNetwork(network, on: engine, batch: pass.batch, scoresOnly: true).forward(images)
    var result: [String: Double] = [:]
    for node in network.nodes where node.layer is Dense {
      let inputs = try trace.activation(of: node.inputs[0]).scalars
      let features = inputs.count / pass.batch
      let used = (0..<features).count { i in (0..<pass.batch).contains { inputs[$0 * features + i] != 0 } }
      result[node.name] = Double(used) / Double(features)
    }
    return result
  }

  private func rows(_ runs: [RecordedRun], _ plan: PropagationPlan, _ peak: Peak, used: [String: Double]) -> [Row] {
    func floor(_ flop: Int, bytes: Int) -> Double {
      max(Double(flop * pass.batch) / (peak.gigaflops * 1e9), Double(bytes) / (peak.readGigabytesPerSecond * 1e9))
    }
    let count = Dictionary(grouping: runs[0].records, by: \.label).mapValues(\.count)
    var rows = plan.layers.compactMap { layer -> Row? in
      let launches = count["\(layer.name) forward", default: 0] + count["\(layer.name) backward", default: 0]
      guard launches > 0 else { return nil }
      let forward = Spread(runs.map { $0.seconds("\(layer.name) forward") })
      func read(_ bytes: Int) -> Int { Int(Double(bytes) * used[layer.name, default: 1]) }
      return Row(
        layer: layer.name, type: layer.type, forward: forward,
        backward: Spread(runs.map { $0.seconds("\(layer.name) backward") }), launches: launches,
        forwardFloor: floor(layer.forwardProductFLOP + layer.factorProductFLOP, bytes: read(layer.weightBytes)),
        backwardFloor: floor(
          layer.backwardProductFLOP - layer.factorProductFLOP,
          bytes: read(max(layer.modifiedWeightBytes, layer.weightBytes))),
        forwardGigaflops: layer.weightBytes > 0
          ? Double(layer.forwardFLOP * pass.batch) / forward.median * 1e-9 : nil)
    }
    let known = Set(plan.layers.flatMap { ["\($0.name) forward", "\($0.name) backward"] })
    if count.keys.contains(where: { !known.contains($0) }) {
      func others(_ pass: String) -> Spread {
        Spread(
          runs.map { run in
            run.seconds(ofPass: pass) - plan.layers.reduce(0) { $0 + run.seconds("\($1.name) \(pass)") }
          })
      }
      rows.append(
        Row(
          layer: "other", type: "launches", forward: others("forward"), backward: others("backward"),
          launches: count.reduce(0) { known.contains($1.key) ? $0 : $0 + $1.value }))
    }
    rows.append(
      Row(
        layer: "rest", type: "host, transfers, waiting",
        forward: Spread(runs.map { $0.outcome.forwardSeconds - $0.seconds(ofPass: "forward") }),
        backward: Spread(runs.map { $0.backwardSeconds - $0.seconds(ofPass: "backward") }), launches: 0))
    rows.append(
      Row(
        layer: "total", type: "by the host's clock", forward: Spread(runs.map(\.outcome.forwardSeconds)),
        backward: Spread(runs.map(\.backwardSeconds)), launches: 0,
        forwardFloor: rows.reduce(0) { $0 + ($1.forwardFloor ?? 0) },
        backwardFloor: rows.reduce(0) { $0 + ($1.backwardFloor ?? 0) }))
    return rows
  }

  private func picture(_ rows: [Row], _ subject: Subject) -> SVGDocument {
    let layers = rows.dropLast()  // the total
    return BarChart(
      title: "\(subject.name), \(pass.composite), batch \(pass.batch): time of every layer", unit: "ms",
      categories: layers.map(\.layer),
      series: [
        .init("forward", layers.map { max($0.forward.median * 1e3, 0) }),
        .init("backward", layers.map { max($0.backward.median * 1e3, 0) }),
      ]
    ).picture
  }
}
