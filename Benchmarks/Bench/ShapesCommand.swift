import ArgumentParser
import BenchmarkNetworks
import Foundation
import RelevancePropagation
import Reporting

/// `relprop-bench shapes`: single layers along every number they have, and where a neighbour is much faster for its work.
struct ShapesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shapes",
    abstract: "Single layers of many shapes: is one far slower than its neighbours for its work?",
    discussion: """
      Each sweep varies one number of a layer: channels, outputs, sides, filter, stride, dilation, groups, images. A layer \
      should take what its direct FLOP would take at a neighbour's speed, or what reading and writing its numbers takes at the \
      peak of memory, whichever is longer; in shortest runs, what it takes more is its slowness, by the worse of two \
      neighbours. A neighbour by Winograd's algorithm, which this layer's shape does not allow, counts by the products that it makes. \
      Below \(Self.leastMicroseconds) µs a launch itself counts, and nothing is said. The command fails where a slowness exceeds \
      --most.
      """)

  /// A launch of nothing, and what each piece of work costs beside its products.
  private static let leastMicroseconds = 60

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Only sweeps whose name contains this.", valueName: "text"))
  var only: String?

  @Option(
    help: ArgumentHelp("Most that a layer may take, in times of what its neighbours let expect.", valueName: "times"))
  var most = 3.0

  struct Row: Encodable {
    var sweep: String
    /// What the number that varies is here.
    var value: String
    var pass: String
    var batch: Int
    var inputShape: [Int]
    var outputShape: [Int]
    /// On the device, of the whole batch.
    var seconds: Spread
    var leastSeconds: Double
    /// Of the direct algorithm, in the shortest run.
    var gigaflops: Double
    /// Times what the neighbours let expect.
    var slowness: Double
    /// Names of the kernels launched, in order.
    var kernels: [String]
  }

  func validate() throws {
    guard options.model == nil, options.side == nil else {
      throw ValidationError("--model, --side: the shapes are the benchmark's own")
    }
    guard !sweeps.isEmpty else {
      let names = ShapeSweep.all.map(\.name).joined(separator: "; ")
      throw ValidationError("--only \(only ?? ""): no sweep; there are \(names)")
    }
  }

  private var sweeps: [ShapeSweep] { ShapeSweep.all.filter { only == nil || $0.name.contains(only!) } }

  func run() throws {
    let engine = try options.engine(profiling: true, pinned: true)
    let peak = try Peak.measure(on: engine.device, isQuick: options.quick)
    print("device   \(engine.device)\n\(peak.text)")
    let stirring = try Stirring(on: engine.device, flopPerUnit: options.quick ? 1e6 : 2e9)
    var rows: [Row] = []
    for sweep in sweeps {
      Progress.note(sweep.name)
      var own = try measure(sweep, on: engine, stirring, peak: peak)
      // What other programs do, and where memory lies, may double a time: what seems slow is measured again.
      for _ in 1..<Self.tries where own.contains(where: { $0.slowness > most }) && !options.quick {
        let again = try measure(sweep, on: engine, stirring, peak: peak)
        if Self.worst(again) < Self.worst(own) { own = again }
      }
      for line in Self.table(own).lines { print(line) }
      rows += own
    }
    try output.write(
      Report("shapes", options, device: engine.device, network: "single layers", peak: peak, rows: rows), nil)
    let slow = rows.filter { $0.slowness > most }
    print(
      "\(rows.count) passes, the slowest \(String(format: "%.1f", Self.worst(rows))) times its neighbours")
    // One run each says nothing.
    guard slow.isEmpty || options.quick else {
      throw SessionError(
        "slower than \(most) times what their neighbours let expect: "
          + slow.map { "\($0.sweep) \($0.value) \($0.pass)" }.joined(separator: "; "))
    }
  }

  private static let tries = 4

  private static func worst(_ rows: [Row]) -> Double { rows.map(\.slowness).max()! }

  private func measure(_ sweep: ShapeSweep, on engine: Engine, _ stirring: Stirring, peak: Peak) throws -> [Row] {
    let entries = options.quick ? Array(sweep.entries.prefix(2)) : sweep.entries
    let found = try entries.map {
      try SingleLayer($0.shape, batch: $0.batch, on: engine, stirring).passes(options.timing)
    }
    return (0..<2).flatMap { pass in
      let passes = found.map { $0[pass] }
      let slowness = Self.slowness(
        of: passes.map(\.least), entries, savings: passes.map { Self.saving(of: $0.kernels) }, peak: peak)
      return zip(zip(entries, passes), slowness).map { of, slowness in
        let (entry, pass) = of
        return Row(
          sweep: sweep.name, value: entry.shape.name, pass: pass.name, batch: entry.batch,
          inputShape: entry.shape.inputShape.extents, outputShape: entry.shape.outputShape.extents,
          seconds: pass.seconds, leastSeconds: pass.least, gigaflops: Double(entry.flop) / pass.least * 1e-9,
          slowness: slowness, kernels: pass.kernels)
      }
    }
  }

  /// F(2 × 2) makes 16 products of 36, F(4 × 4) 36 of 144.
  static func saving(of kernels: [String]) -> Double {
    guard let name = kernels.first, name.hasPrefix("winograd_") else { return 1 }
    return name.hasSuffix("_4") ? 4 : 2.25
  }

  /// Times by what is the least that the speed of the layers before and behind, and memory, let expect.
  ///
  /// - Parameter savings: products of the direct algorithm by those that a layer's makes.
  static func slowness(
    of seconds: [Double], _ entries: [ShapeSweep.Entry], savings: [Double], peak: Peak
  ) -> [Double] {
    entries.indices.map { index in
      let reading = Double(entries[index].bytes) / (peak.readGigabytesPerSecond * 1e9)
      let expected = [index - 1, index + 1].filter(entries.indices.contains).map { neighbour in
        let saving = savings[index] == 1 ? savings[neighbour] : 1
        return max(
          saving * seconds[neighbour] * Double(entries[index].flop) / Double(entries[neighbour].flop), reading)
      }
      return seconds[index] / max(expected.min()!, Double(leastMicroseconds) * 1e-6)
    }
  }

  private static func table(_ rows: [Row]) -> TextTable {
    var table = TextTable([
      (rows[0].sweep, .right), ("pass", .left), ("ms (quartiles)", .right), ("least", .right), ("GFLOP/s", .right),
      ("slowness", .right),
      ("kernels", .left),
    ])
    for row in rows {
      table.add([
        row.value, row.pass, row.seconds.milliseconds, String(format: "%.2f", row.leastSeconds * 1e3),
        String(format: "%.1f", row.gigaflops),
        String(format: "%.2f", row.slowness), Set(row.kernels).sorted().joined(separator: ", "),
      ])
    }
    return table
  }
}
