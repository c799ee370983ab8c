import ArgumentParser
import BenchmarkNetworks
import Compute
import Foundation
import RelevancePropagation
import Reporting

/// `relprop-bench kernels`: every layer shape of VGG-16 alone, forward and transposed, against the device's limits.
struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "VGG-16's layers one by one, forward and transposed: GFLOP/s, GB/s, share of the measured peak.",
    discussion: """
      Times are the device's, of all launches a pass takes. FLOP are those of the direct algorithm, so that a faster one \
      may exceed the peak; beside them the products that the algorithm makes, which are measured against it. A dense \
      layer's bytes are its weights, read once.
      """)

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Images in one pass.", valueName: "number"))
  var batch = 1

  @Option(help: ArgumentHelp("Only layers whose name begins so: conv1, fc.", valueName: "name"))
  var only: String?

  struct Row: Encodable {
    var layer: String
    var pass: String
    var batch: Int
    var inputShape: [Int]
    var outputShape: [Int]
    /// On the device, of the whole batch.
    var seconds: Spread
    /// Of the direct algorithm.
    var gigaflops: Double
    /// Of the products that the algorithm makes.
    var productGigaflops: Double
    /// Of a dense layer's weights.
    var gigabytesPerSecond: Double?
    /// Of the limit that holds: reading for a dense layer of one image, measured before and behind it, multiply-adds for
    /// products else.
    var shareOfPeak: Double
    /// Names of the kernels launched, in order.
    var kernels: [String]
  }

  func validate() throws {
    guard options.model == nil else {
      throw ValidationError("--model: the shapes are VGG-16's; see layers for a model")
    }
    guard batch > 0 else { throw ValidationError("--batch \(batch): expected at least 1") }
  }

  func run() throws {
    let engine = try options.engine(profiling: true, pinned: true)
    let loops = try Peak.Loops(on: engine.device, isQuick: options.quick)
    let peak = try loops.peak()
    print("device   \(engine.device)\n\(peak.text)")
    let vgg = options.quick ? VGG16.tiny : VGG16(side: options.side ?? 224)
    let shapes = vgg.weighted.filter { $0.name.hasPrefix(only ?? "") }
    guard !shapes.isEmpty else {
      let names = vgg.weighted.map(\.name).joined(separator: ", ")
      throw ValidationError("--only \(only ?? ""): no layer; there are \(names)")
    }
    var table = TextTable([
      ("layer", .left), ("pass", .left), ("ms (quartiles)", .right), ("GFLOP/s", .right), ("products", .right),
      ("GB/s", .right), ("of peak", .right), ("kernels", .left),
    ])
    let stirring = try Stirring(on: engine.device, flopPerUnit: options.quick ? 1e6 : 2e9)
    var rows: [Row] = []
    for shape in shapes {
      Progress.note(shape.description)
      for row in try measure(shape, on: engine, stirring, peak, loops) {
        rows.append(row)
        table.add([
          row.layer, row.pass, row.seconds.milliseconds, String(format: "%.1f", row.gigaflops),
          String(format: "%.1f", row.productGigaflops),
          row.gigabytesPerSecond.map { String(format: "%.1f", $0) } ?? "",
          String(format: "%.0f %%", 100 * row.shareOfPeak), row.kernels.joined(separator: ", "),
        ])
      }
    }
    for line in table.lines { print(line) }
    let report = Report("kernels", options, device: engine.device, network: "VGG-16", peak: peak, rows: rows)
    try output.write(report, Self.picture(rows))
  }

  private func measure(
    _ shape: LayerShape, on engine: Engine, _ stirring: Stirring, _ peak: Peak, _ loops: Peak.Loops
  ) throws -> [Row] {
    let isBoundByReading = shape.kind == .dense && batch == 1
    func reading() throws -> Double {
      isBoundByReading ? try loops.reading() : 0
    }
    let before = try reading()
    let passes = try SingleLayer(shape, batch: batch, on: engine, stirring).passes(options.timing)
    let reading = max(before, try reading())
    return passes.map { pass in
      func speed(_ flop: Int) -> Double { Double(flop * batch) / pass.seconds.median * 1e-9 }
      let bandwidth = shape.kind == .dense ? Double(4 * shape.weightCount) / pass.seconds.median * 1e-9 : nil
      let share =
        if isBoundByReading, let bandwidth {
          bandwidth / reading
        } else {
          speed(pass.productFLOP) / peak.gigaflops
        }
      return Row(
        layer: shape.name, pass: pass.name, batch: batch, inputShape: shape.inputShape.extents,
        outputShape: shape.outputShape.extents, seconds: pass.seconds, gigaflops: speed(shape.flop),
        productGigaflops: speed(pass.productFLOP), gigabytesPerSecond: bandwidth, shareOfPeak: share,
        kernels: pass.kernels)
    }
  }

  private static func picture(_ rows: [Row]) -> SVGDocument {
    let layers = rows.filter { $0.pass == "forward" }.map(\.layer)
    func values(_ pass: String) -> [Double] { rows.filter { $0.pass == pass }.map { $0.seconds.median * 1e3 } }
    return BarChart(
      title: "VGG-16, layers alone", unit: "ms", categories: layers,
      series: [.init("forward", values("forward")), .init("transposed", values("transposed"))]
    ).picture
  }
}
