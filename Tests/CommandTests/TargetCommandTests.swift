import Foundation
import Imaging
import ModelFormats
import RelevancePropagation
import Scenes
import Testing

/// What `relprop explain` can explain, by which method, and what it keeps in between.
@Suite struct TargetCommandTests {
  private let folder: TemporaryFolder
  private let photograph: String

  init() throws {
    folder = try TemporaryFolder()
    photograph = folder.file("castle.png")
    let scene = try Scene(of: .castle, seed: 11)
    try Picture(width: scene.size, height: scene.size, pixels: scene.image).write(to: photograph)
  }

  private func explain(_ arguments: [String]) throws -> Command {
    try Command(["explain", photograph, "--model", Repository.model, "--output", folder.file("out")] + arguments)
  }

  private var results: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()) ?? []
  }

  private func report(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/\(name).json")))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func relevance(_ name: String) throws -> Tensor {
    try NumPyArray(path: folder.file("out/\(name).relevance.npy")).tensor
  }

  @Test("The report of log-odds holds η, the start's sum, and the entropy between them")
  func logOdds() throws {
    let command = try explain(["--target", "log-odds", "--class", "castle"])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("log-odds + entropy"))
    let explained = try #require(try report("castle.class1.log-odds")["explained"] as? [String: Any])
    let value = try #require(explained["value"] as? Double)
    let start = try #require(explained["start"] as? Double)
    let entropy = try #require(explained["entropy"] as? Double)
    #expect(abs(start - value - entropy) < 1e-4 && entropy > 0)
  }

  @Test("The three highest classes write their own files, each the same as alone")
  func topClasses() throws {
    let command = try explain(["--classes", "top:3", "--quiet"])
    #expect(command.status == 0, "\(command.errors)")
    let maps = results.filter { $0.hasSuffix(".relevance.npy") }
    #expect(maps.count == 3 && command.output.components(separatedBy: "explained:").count == 4)
    let name = maps[1].replacing(".relevance.npy", with: "")
    let together = try relevance(name)
    let index = try #require(name.split(separator: ".").last?.dropFirst("class".count))
    let alone = try explain(["--class", String(index), "--quiet"])
    #expect(alone.status == 0, "\(alone.errors)")
    #expect(try relevance(name) == together)
  }

  @Test("A difference, a neuron and given relevance at the output are explained")
  func otherTargets() throws {
    let difference = try explain(["--target", "difference:castle,zebra", "--quiet"])
    #expect(difference.status == 0 && difference.output.contains("castle rather than zebra"), "\(difference.errors)")
    let neuron = try explain(["--neuron", "features.29:3,1,2", "--quiet"])
    #expect(neuron.status == 0 && neuron.output.contains("features.29, channel 3, y 1, x 2"), "\(neuron.errors)")
    #expect(results.contains("castle.features.29-3-1-2.json"))

    // One-hot relevance is what --target one starts from.
    let one = [Float](unsafeUninitializedCapacity: 10) { buffer, count in
      buffer.initialize(repeating: 0)
      buffer[1] = 1
      count = 10
    }
    try NumPyArray(Tensor(shape: [10], scalars: one)).write(to: folder.file("start.npy"))
    let given = try explain(["--target", folder.file("start.npy"), "--quiet"])
    let fromOne = try explain(["--target", "one", "--class", "1", "--quiet"])
    #expect(given.status == 0 && fromOne.status == 0, "\(given.errors)\(fromOne.errors)")
    #expect(try relevance("castle.relevance-given") == relevance("castle.class1.one"))
  }

  @Test("A filter shows in ledger and report, and only its channels pass")
  func filter() throws {
    let command = try explain([
      "--filter", "features.29:1,2", "--save-layers", "features.29,features.30", "--layers-format", "npy",
    ])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("filter"))
    let filters = try #require(try report("castle")["filters"] as? [[String: Any]])
    #expect(filters.count == 1 && filters[0]["channels"] as? [Int] == [1, 2])
    let kept = try NumPyArray(path: folder.file("out/castle.layers/R.features.29.npy")).tensor
    let area = kept.count / kept.shape[0]
    #expect(kept.scalars.indices.allSatisfy { [1, 2].contains($0 / area) || kept.scalars[$0] == 0 })
    #expect(FileManager.default.fileExists(atPath: folder.file("out/castle.layers/A.features.30.npy")))
  }

  @Test("All layers' relevance and activations go into one file")
  func layers() throws {
    let command = try explain(["--save-layers", "all", "--quiet"])
    #expect(command.status == 0, "\(command.errors)")
    let tensors = try ModelFile.stateDictionary(path: folder.file("out/castle.layers.safetensors"))
    #expect(try tensors["R.input"]?.scalars == relevance("castle").scalars)
    let rows = try #require(try report("castle")["conservation"] as? [[String: Any]])
    for row in rows {
      let name = try #require(row["layer"] as? String)
      let found = try #require(tensors["R." + name])
      #expect(found.shape == tensors["A." + name]?.shape)
      let incoming = try #require(row["incoming"] as? Double)
      let magnitude = try #require(row["magnitude"] as? Double)
      #expect(abs(found.scalars.reduce(0) { $0 + Double($1) } - incoming) <= 1e-5 * magnitude, "\(name)")
    }
  }

  @Test("An alarm is a warning on stderr and stands in the report")
  func alarm() throws {
    let quiet = try explain(["--quiet"])
    #expect(quiet.errors.isEmpty, "\(quiet.errors)")
    let command = try explain(["--alarm", "0.5", "--quiet"])
    #expect(command.status == 0)
    #expect(command.errors.contains("the sum of |R| is") && command.errors.contains("more layer(s)"))
    let alarms = try #require(try report("castle")["alarms"] as? [[String: Any]])
    #expect(alarms.first?["kind"] as? String == "explosion")
  }

  @Test(
    "Every baseline explains a photograph",
    arguments: [
      ["gradient"], ["sensitivity"], ["gradient-x-input"], ["taylor", "--reference", "black"], ["deconvnet"],
      ["guided-backprop"], ["smoothgrad", "--samples", "3"], ["integrated-gradients", "--steps", "3"],
      ["occlusion", "--window", "48", "--stride", "48"],
    ])
  func baselines(_ arguments: [String]) throws {
    let command = try explain(["--method"] + arguments)
    #expect(command.status == 0, "\(command.errors)")
    let report = try report("castle.\(arguments[0])")
    #expect((report["method"] as? String)?.hasPrefix(arguments[0]) == true)
    #expect(try relevance("castle.\(arguments[0])").scalars.contains { $0 != 0 })
  }

  @Test(
    "What cannot be explained is refused with what can, before anything is written",
    arguments: [
      (["--neuron", "featuers.28:3"], "near it: features.28"), (["--neuron", "features.28:64"], "it has 0 to 63"),
      (["--neuron", "features.28"], "expected LAYER:channel"), (["--neuron", "features.28:1,2"], "LAYER:channel,y,x"),
      (["--neuron", "features.28:1", "--class", "1"], "leave out --class"),
      (["--neuron", "features.28:1", "--neuron", "features.26:1"], "one layer at a time"),
      (["--filter", "nowhere:1"], "no layer \"nowhere\""), (["--target", "odds"], "expected logit, log-odds"),
      (["--target", "difference:castle,unicorn"], "no class of this name"),
      (["--target", "difference:castle"], "expected difference:A,B"), (["--classes", "top:11"], "from 1 to 10"),
      (["--target", "nowhere.npy"], "nowhere.npy"), (["--save-layers", "conv9"], "no layer \"conv9\""),
      (["--method", "magic"], "integrated-gradients"), (["--steps", "3"], "belongs to --method integrated-gradients"),
      (["--method", "gradient", "--filter", "features.28:1"], "no relevance to filter"),
      (["--method", "gradient", "--save-layers", "all"], "at the input alone"),
      (["--method", "occlusion", "--window", "4", "--stride", "5"], "larger than the window"),
      (["--alarm", "0"], "positive factor"),
    ])
  func refuses(_ arguments: [String], _ message: String) throws {
    let command = try explain(arguments)
    #expect(command.status > 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(results.isEmpty)
  }
}
