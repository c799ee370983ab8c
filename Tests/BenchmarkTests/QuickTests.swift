import BenchmarkNetworks
import Foundation
import Imaging
import RelevancePropagation
import Testing

@testable import relprop_bench

/// Every benchmark runs once on a tiny network, so that none rots; nothing timed decides.
@Suite(.serialized) struct QuickTests {
  private func json(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("the suite runs, and its results say where they come from")
  func suite() throws {
    let folder = try Folder()
    let run = try Bench(["--quick", "--results", folder.path])
    try #require(run.status == 0, "\(run.errors)")
    for name in ["kernels", "layers", "composites", "targets", "scaling"] {
      #expect(run.output.contains("== \(name)"))
      let report = try json("\(folder.path)/\(name).json")
      #expect(report["benchmark"] as? String == name)
      for key in ["commit", "date", "device", "driver", "platform", "network"] {
        #expect((report[key] as? String)?.isEmpty == false, "\(name): \(key)")
      }
      #expect(report["quick"] as? Bool == true && (report["threads"] as? Int ?? 0) > 0)
      #expect((report["rows"] as? [Any])?.isEmpty == false, "\(name)")
      let picture = try String(contentsOfFile: "\(folder.path)/\(name).svg", encoding: .utf8)
      #expect(picture.hasPrefix("<svg") && picture.hasSuffix("</svg>\n"))
    }
    // Both passes of 16 layers, each with a time and the kernels that took it.
    let kernels = try #require(try json("\(folder.path)/kernels.json")["rows"] as? [[String: Any]])
    #expect(kernels.count == 32)
    for row in kernels {
      #expect((row["gigaflops"] as? Double ?? 0) > 0, "\(row)")
      #expect((row["kernels"] as? [String])?.isEmpty == false, "\(row)")
    }
    let peak = try #require(try json("\(folder.path)/kernels.json")["peak"] as? [String: Double])
    #expect(peak.count == 3 && peak.values.allSatisfy { $0 > 0 })
    // Every layer with weights took part, forward and backward, and nothing has an unknown label.
    let layers = try #require(try json("\(folder.path)/layers.json")["rows"] as? [[String: Any]])
    let names = layers.compactMap { $0["layer"] as? String }
    #expect(Set(names).isSuperset(of: ["conv1_1", "conv5_3", "pool5", "fc8", "rest", "total"]), "\(names)")
    #expect(!names.contains("other"))
  }

  @Test("shapes measures two layers of every sweep, both passes")
  func shapes() throws {
    let folder = try Folder()
    let run = try Bench(["shapes", "--quick", "--only", "groups", "--json", folder.path + "/s.json"])
    try #require(run.status == 0, "\(run.errors)")
    let rows = try #require(try json(folder.path + "/s.json")["rows"] as? [[String: Any]])
    let sweeps = ShapeSweep.all.filter { $0.name.contains("groups") }
    #expect(rows.count == 4 * sweeps.count && sweeps.count == 3)
    #expect(rows.allSatisfy { ($0["slowness"] as? Double ?? 0) > 0 && ($0["kernels"] as? [String])?.isEmpty == false })
    let refused = try Bench(["shapes", "--quick", "--only", "stride of nothing"])
    #expect(refused.status != 0 && refused.errors.contains("no sweep; there are 3 × 3, inputs; "), "\(refused.errors)")
  }

  @Test("a layer is as slow as the faster of its neighbours or memory lets expect")
  func slowness() throws {
    let sweep = try #require(ShapeSweep.all.first { $0.name == "stride of 3 × 3" })
    let peak = Peak(gigaflops: 1, readGigabytesPerSecond: 1e3, copyGigabytesPerSecond: 1)
    // Of 56, 28, 19 and 14 pixels a side; all at the first one's speed, but the second four times slower.
    let flop = sweep.entries.map { Double($0.flop) }
    #expect(flop == [3136, 784, 361, 196].map { 2.0 * 64 * 64 * 9 * $0 })
    func slowness(_ savings: [Double], _ peak: Peak, second: Double) -> [Double] {
      let seconds = flop.map { $0 * ($0 == flop[1] ? second : 1e-8) }
      return ShapesCommand.slowness(of: seconds, sweep.entries, savings: savings, peak: peak)
    }
    for (found, expected) in zip(slowness([1, 1, 1, 1], peak, second: 4e-8), [0.25, 4, 1, 1]) {
      #expect(abs(found - expected) < 1e-9)
    }
    // A neighbour that makes a quarter of the products.
    #expect(abs(slowness([4, 1, 4, 1], peak, second: 4e-8)[1] - 1) < 1e-9)
    #expect(ShapesCommand.saving(of: ["winograd_input_2", "winograd_sums_2"]) == 2.25)
    #expect(ShapesCommand.saving(of: ["winograd_fused_4"]) == 4)
    #expect(ShapesCommand.saving(of: ["convolution_gather"]) == 1)
    // Memory a million times slower lets expect more than any neighbour.
    let slow = Peak(gigaflops: 1, readGigabytesPerSecond: 1e-3, copyGigabytesPerSecond: 1)
    let bytes = Double(sweep.entries[1].bytes)
    let bounded = slowness([1, 1, 1, 1], slow, second: 1e-8)[1]
    #expect(abs(bounded - flop[1] * 1e-8 / (bytes / 1e6)) < 1e-9)
  }

  @Test("versions compares folders of kernels stage by stage, and their relevance")
  func versions() throws {
    let folder = try Folder()
    let kernels = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Kernels")
    let changed = folder.path + "/Kernels"
    try FileManager.default.copyItem(atPath: kernels.standardizedFileURL.path, toPath: changed)
    let file = changed + "/relevance/quotient.cl"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing("stabilized_quotient(", with: "2 * stabilized_quotient(").write(
      toFile: file, atomically: true, encoding: .utf8)
    let run = try Bench([
      "versions", "--quick", "built-in", kernels.standardizedFileURL.path, changed, "--json", folder.path + "/v.json",
    ])
    try #require(run.status == 0, "\(run.errors)")
    let same = try #require(run.output.split(separator: "\n").first { $0.hasPrefix("2  ") })
    let other = try #require(run.output.split(separator: "\n").first { $0.hasPrefix("3  ") })
    #expect(same.contains("differs by 0.0e+00") && !other.contains("differs by 0.0e+00"), "\(same)\n\(other)")
    let rows = try #require(try json(folder.path + "/v.json")["rows"] as? [[String: Any]])
    let stages = rows.compactMap { $0["stage"] as? String }
    #expect(Set(stages).isSuperset(of: ["conv1_2 forward", "conv1_2 backward", "total forward", "total backward"]))
    #expect(rows.allSatisfy { ($0["seconds"] as? [Any])?.count == 3 })
  }

  @Test("translation measures plain, blurred and averaged maps of the same scenes, and draws one")
  func translation() throws {
    let folder = try Folder()
    let run = try Bench(
      ["translation", "--quick", "--blurs", "1", "--json", "\(folder.path)/t.json", "--svg", "\(folder.path)/t.svg"])
    try #require(run.status == 0, "\(run.errors)")
    let report = try json("\(folder.path)/t.json")
    #expect(report["benchmark"] as? String == "translation" && (report["commit"] as? String)?.isEmpty == false)
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.map { $0["map"] as? String } == ["plain", "blur 1.0", "grid 3 x 3, step 1"])
    #expect(rows.map { $0["copies"] as? Int } == [1, 1, 9] && rows.allSatisfy { $0["scenes"] as? Int == 2 })
    func mean(_ row: Int, _ measure: String, _ what: String = "value") throws -> Double {
      let numbers = try #require(rows[row][measure] as? [String: Any])
      return try #require((numbers[what] as? [String: Any])?["mean"] as? Double)
    }
    for measure in ["instability", "farInstability", "roughness", "inside"] {
      #expect(try mean(0, measure) > 0)
      #expect(try mean(0, measure, "change") == 0)
      let difference = try mean(2, measure) - mean(0, measure)
      #expect(abs(try mean(2, measure, "change") - difference) < 1e-12, "\(measure)")
    }
    // Copies of the moved scene and of the scene in its place are nearly all the same.
    #expect(try mean(2, "instability") < mean(0, "instability"))
    #expect(try mean(1, "roughness") < mean(0, "roughness"))

    let picture = try Bench(
      ["translation-picture", "--quick", "--composite", "seed", "--grid", "3", "--picture", "\(folder.path)/p.png"])
    try #require(picture.status == 0, "\(picture.errors)")
    #expect(picture.output.contains("grid 3 x 3, step 1"))
    let drawn = try Photograph(path: "\(folder.path)/p.png")
    // Four squares of 288 pixels with margins of 8.
    #expect(drawn.width == 4 * 296 + 8 && drawn.height == 304)
  }

  @Test("sharing gains nothing without overlap, and something with it")
  func sharing() throws {
    let folder = try Folder()
    let run = try Bench(
      ["sharing", "--quick", "--strides", "32,16", "--batch", "2", "--json", folder.path + "/sharing.json"])
    try #require(run.status == 0, "\(run.errors)")
    let rows = try #require(try json(folder.path + "/sharing.json")["rows"] as? [[String: Any]])
    let gains = rows.compactMap { $0["everyLayer"] as? Double }
    #expect(gains.count == 2 && gains[0] == 1 && gains[1] > 1, "\(gains)")
    for row in rows { #expect((row["oneCut"] as? Double ?? 0) >= 1) }
  }

  @Test("serve loads, runs, writes relevance, and says what it cannot do")
  func serve() throws {
    let folder = try Folder()
    let images = Tensor(shape: [2, 3, 32, 32], scalars: (0..<6144).map { Float(sin(Double($0))) })
    try NumPyArray(images).write(to: folder.path + "/images.npy")
    let lines = [
      #"{"run":{}}"#,
      #"{"load":{"composite":"seed","batch":2,"targets":2}}"#,
      #"{"run":{"input":"\#(folder.path)/images.npy","classes":[1,2],"untimed":1,"timed":3,"output":"\#(folder.path)/r.npy"}}"#,
      #"{"load":{"kind":"forward"}}"#,
      #"{"run":{"output":"\#(folder.path)/none.npy"}}"#,
      #"{"run":{}}"#,
      #"{"load":{"precision":"exact"}}"#,
      "nonsense",
    ]
    let run = try Bench(["serve", "--quick"], input: lines.joined(separator: "\n") + "\n")
    #expect(run.status == 0, "\(run.errors)")
    let answers = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    try #require(answers.count == lines.count)
    func error(_ index: Int) -> String { answers[index]["error"] as? String ?? "" }
    #expect(error(0).contains("nothing is loaded"))
    #expect(answers[1]["error"] == nil && (answers[1]["peakBytes"] as? Int ?? 0) > 0)
    #expect((answers[2]["seconds"] as? [Double])?.count == 3, "\(answers[2])")
    #expect((answers[2]["topClasses"] as? [Int])?.count == 2)
    let relevance = try NumPyArray(path: folder.path + "/r.npy").tensor
    #expect(relevance.shape == [4, 3, 32, 32])
    #expect(relevance.firstNonFinite == nil && relevance.scalars.contains { $0 != 0 })
    #expect(error(4).contains("forward pass gives no relevance"))
    #expect((answers[5]["seconds"] as? [Double])?.count == 1)
    #expect(error(6).contains("precision exact: not built"))
    #expect(!error(7).isEmpty)
  }

  @Test(
    "options that cannot be are refused",
    arguments: [
      (["kernels", "--only", "conv9"], "--only conv9: no layer"),
      (["kernels", "--model", "x.pth"], "the shapes are VGG-16's"),
      (["layers", "--kernels", "fast", "--quick"], "--kernels \"fast\": expected one of plain, cpu, gpu"),
      (["layers", "--side", "100"], "expected a multiple of 32"),
      (["versions", "--quick", "built-in"], "expected two folders of kernels or more"),
      (["versions", "--quick", "built-in", "nowhere"], "found no nowhere/epilogue.h"),
      (["versions", "--quick", "built-in", "built-in", "--svg", "x.svg"], "Unknown option '--svg'"),
      (["composites", "--batch", "1,x"], "--batch 1,x: expected numbers"),
      (["composites", "--composite", "sed"], "no composite \"sed\""),
      (["layers", "--model", "nowhere.pth"], "nowhere.pth"),
      (["scaling", "--only", "depth", "--quick"], "--only depth: here there are batch, targets"),
      (["targets", "--targets", "11", "--quick"], "the network has 10 classes"),
      (["translation", "--scenes", "0"], "--scenes 0: expected at least 1"),
      (["translation", "--grids", "4"], "take 3 or 5"),
      (["translation", "--blurs", "x"], "--blurs x: expected positive numbers"),
      (["translation", "--model", "x.pth"], "--model: the scenes are of the demo network's classes"),
    ])
  func refusals(_ arguments: [String], _ message: String) throws {
    let run = try Bench(arguments + (arguments.contains("kernels") ? ["--quick"] : []))
    #expect(run.status != 0)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
