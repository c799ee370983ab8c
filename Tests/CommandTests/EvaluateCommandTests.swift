import Foundation
import Imaging
import Scenes
import Testing

/// `relprop evaluate`: tables, curves, resume, and what cannot be judged.
@Suite struct EvaluateCommandTests {
  /// Few removals: 16 patches of 24 pixels.
  private static let quick = ["--units", "patch", "--patch", "24", "--steps", "4", "--shifts", "1"]

  /// Scenes with their masks, as `relprop scenes` writes them.
  private func scenes(_ count: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try SceneSet(count: count, seed: 5).write(to: folder.file("in"))
    return folder
  }

  private func evaluate(_ folder: TemporaryFolder, _ arguments: [String], output: String = "out") throws -> Command {
    try Command(
      ["evaluate", folder.file("in"), "--model", Repository.model, "--output", folder.file(output)] + Self.quick
        + arguments)
  }

  private func json(_ path: String) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
  }

  @Test("one table in three forms, curves with spread, and how they were made")
  func results() throws {
    let folder = try scenes(3)
    let command = try evaluate(
      folder, ["--method", "seed", "--method", "gradient-x-input", "--method", "random", "--orders", "most,random"])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("mean rank of"))
    let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")))
    #expect(
      names == [
        "evaluation.md", "evaluation.csv", "evaluation.json", "results.jsonl",
        "patches-of-24_most-relevant-first_zero.probability.svg", "patches-of-24_most-relevant-first_zero.score.svg",
        "patches-of-24_random_zero.probability.svg", "patches-of-24_random_zero.score.svg",
      ])
    let report = try json(folder.file("out/evaluation.json"))
    #expect(report["methods"] as? [String] == ["seed", "gradient-x-input", "random"])
    #expect(report["seed"] as? Int == 1)
    #expect((report["tool"] as? String)?.hasPrefix("relprop ") == true)
    #expect(((report["model"] as? [String: Any])?["sha256"] as? String)?.count == 64)
    let images = try #require(report["images"] as? [String: Any])
    #expect((images["count"] as? Int, images["withMask"] as? Int) == (3, 3))
    let scores = try #require(report["scores"] as? [[String: Any]])
    let groups = Set(scores.compactMap { $0["group"] as? String })
    #expect(groups == ["faithfulness", "localisation", "continuity", "sparsity", "experiment"])
    // A random order says nothing of a map: it has a curve and no score.
    #expect(!scores.contains { ($0["name"] as? String)?.contains("random") == true })
    let curves = try #require(report["curves"] as? [[String: Any]])
    #expect(curves.count == 6)
    for curve in curves {
      let probabilities = try #require(curve["probabilities"] as? [String: [Double]])
      #expect(probabilities["mean"]?.count == 5)
      #expect(probabilities["mean"]?.allSatisfy { (0...1).contains($0) } == true)
      #expect(probabilities["deviation"]?.allSatisfy { $0 >= 0 } == true)
    }
    let markdown = try String(contentsOfFile: folder.file("out/evaluation.md"), encoding: .utf8)
    #expect(markdown.hasPrefix("| score | seed | gradient-x-input | random |\n"))
    #expect(markdown.contains("| **mean rank** |"))
    let csv = try String(contentsOfFile: folder.file("out/evaluation.csv"), encoding: .utf8)
    #expect(csv.split(separator: "\n").count == 1 + 3 * scores.count)
  }

  @Test("the same scores, to the bit, whatever the batch, and after a stop")
  func resume() throws {
    let folder = try scenes(3)
    let methods = ["--method", "epsilon_plus", "--method", "other-image", "--replacements", "uniform"]
    let whole = try evaluate(folder, methods + ["--batch", "4"], output: "whole")
    #expect(whole.status == 0, "\(whole.errors)")
    let single = try evaluate(folder, methods + ["--batch", "1"], output: "single")
    #expect(single.status == 0)
    func table(_ output: String) throws -> String {
      try String(contentsOfFile: folder.file("\(output)/evaluation.csv"), encoding: .utf8)
    }
    #expect(try table("whole") == table("single"))

    // A process that was killed: three whole lines, and half of the fourth.
    let log = folder.file("whole/results.jsonl")
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 6)
    try (lines[..<3].joined(separator: "\n") + "\n" + lines[3].prefix(200)).write(
      toFile: log, atomically: false, encoding: .utf8)
    let before = try table("whole")
    let again = try evaluate(folder, methods + ["--batch", "2"], output: "whole")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.contains("3 of 6 scores were there before"))
    #expect(try table("whole") == before)
    #expect(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count == 6)

    // Nothing is left to do; another seed is another experiment, and the old lines stay.
    #expect(try evaluate(folder, methods, output: "whole").output.contains("6 of 6 scores were there before"))
    let other = try evaluate(folder, methods + ["--seed", "2"], output: "whole")
    #expect(!other.output.contains("were there before"))
    #expect(try table("whole") != before)
    #expect(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count == 12)
    // A mask that changes changes the scores.
    let mask = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("in")).sorted().first {
        $0.hasSuffix("_mask.png")
      })
    try PNGFile.write(
      Array(repeating: 255, count: 96 * 96), width: 96, height: 96, bands: 1, to: folder.file("in/\(mask)"))
    #expect(try evaluate(folder, methods, output: "whole").output.contains("4 of 6 scores were there before"))
  }

  @Test("a bad image, a mask of another size and an empty mask are named in the end; the others are judged")
  func bad() throws {
    let folder = try scenes(4)
    let images = try FileManager.default.contentsOfDirectory(atPath: folder.file("in")).filter { $0.hasSuffix(".png") }
      .sorted()
    // 0 image, 1 its mask, 2 image …
    try Data("no image".utf8).write(to: URL(fileURLWithPath: folder.file("in/" + images[0])))
    try PNGFile.write(
      Array(repeating: 255, count: 48 * 48), width: 48, height: 48, bands: 1, to: folder.file("in/" + images[3]))
    try PNGFile.write(
      Array(repeating: 0, count: 96 * 96), width: 96, height: 96, bands: 1, to: folder.file("in/" + images[5]))
    let command = try evaluate(folder, ["--method", "seed", "--method", "random"])
    #expect(command.status == 1)
    #expect(command.errors.contains("6 of 8 maps could not be judged"))
    #expect(command.errors.contains("\(images[0]): "))
    #expect(command.errors.contains("\(images[3]): the mask has 48 × 48 pixels, its photograph 96 × 96"))
    #expect(command.errors.contains("the mask is empty"))
    let report = try json(folder.file("out/evaluation.json"))
    let scores = try #require(report["scores"] as? [[String: Any]])
    let values = try #require(scores[0]["values"] as? [[String: Any]])
    #expect(values.map { $0["images"] as? Int } == [1, 1])
    #expect((report["failures"] as? [[String: Any]])?.count == 6)
  }

  @Test("a map of zeros is its method's failure")
  func zeros() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
    // Black is far from 0 after preprocessing; the mean colour is 0, up to rounding to 8 bits. With mean 0, black is 0.
    try Picture(width: 96, height: 96, fill: .black).write(to: folder.file("in/black.png"))
    let command = try evaluate(
      folder, ["--method", "gradient-x-input", "--mean", "0,0,0", "--std", "1,1,1", "--shifts", "0"])
    #expect(command.status == 1)
    #expect(command.errors.contains("gradient-x-input: "))
    #expect(command.errors.contains("every pixel is 0"))
  }

  @Test("boxes stand for masks")
  func boxes() throws {
    let folder = try scenes(2)
    let images = try FileManager.default.contentsOfDirectory(atPath: folder.file("in"))
      .filter { $0.hasSuffix(".png") && !$0.contains("_mask") }.sorted()
    try "{\"\(images[0])\": [{\"x\": 10, \"y\": 20, \"width\": 30, \"height\": 40}]}".write(
      toFile: folder.file("boxes.json"), atomically: true, encoding: .utf8)
    let command = try evaluate(folder, ["--method", "seed", "--boxes", folder.file("boxes.json")])
    #expect(command.status == 0, "\(command.errors)")
    let report = try json(folder.file("out/evaluation.json"))
    #expect((report["images"] as? [String: Any])?["withMask"] as? Int == 1)

    try "{\"\(images[0])\": [{\"x\": 90, \"y\": 20, \"width\": 30, \"height\": 40}]}".write(
      toFile: folder.file("boxes.json"), atomically: true, encoding: .utf8)
    let outside = try evaluate(folder, ["--method", "seed", "--boxes", folder.file("boxes.json")])
    #expect(outside.status == 1)
    #expect(outside.errors.contains("reaches beyond the image of 96 × 96 pixels"))
    let none = try evaluate(folder, ["--method", "seed", "--no-masks"])
    #expect(!(try String(contentsOfFile: folder.file("out/evaluation.md"), encoding: .utf8)).contains("inside"))
    #expect(none.status == 0)
  }

  @Test("weights are randomised layer by layer, and the correlations kept")
  func randomization() throws {
    let folder = try scenes(2)
    let arguments = ["--method", "epsilon_plus", "--method", "random", "--randomization", "cascading"]
    let command = try evaluate(folder, arguments)
    #expect(command.status == 0, "\(command.errors)")
    let report = try json(folder.file("out/evaluation.json"))
    let found = try #require((report["randomization"] as? [[String: Any]])?.first)
    #expect(found["method"] as? String == "epsilon_plus")
    let layers = try #require(found["layers"] as? [[String: Any]])
    #expect(layers.count == 16)
    #expect(layers.first?["layer"] as? String == "classifier.6")
    #expect(layers.allSatisfy { abs($0["mean"] as? Double ?? 1) < 0.999 })
    #expect(
      try String(contentsOfFile: folder.file("out/evaluation.md"), encoding: .utf8).contains(
        "| cascading randomisation, rank correlation | epsilon_plus |"))
    #expect(FileManager.default.fileExists(atPath: folder.file("out/randomization.cascading.svg")))
    let again = try evaluate(folder, arguments)
    #expect(again.status == 0)
    #expect(
      try json(folder.file("out/evaluation.json"))["randomization"] as? NSArray == report["randomization"] as? NSArray)
  }

  @Test(
    "what cannot be asked for says so",
    arguments: [
      (["--method", "sead"], "no composite \"sead\""), (["--method", "seed", "--method", "seed"], "given twice"),
      (["--method", "random", "--method", "negative"], "of which method"),
      (["--method", "smoothgrad:sample=3"], "sample"),
      (["--method", "occlusion:window=4,stride=8"], "leaves pixels out"),
      (["--steps", "17"], "17 steps of 1 each need more than the 16 patches"),
      (["--orders", "first"], "first is not known"),
      (["--replacements", "low,low"], "each once"), (["--class", "cow"], "no class of this name"),
      (["--boxes", "/nowhere.json"], "cannot be read"), (["--randomization", "some"], "expected none, cascading"),
      (["--units", "pixel", "--steps", "9217"], "at most 9216 steps"),
    ])
  func errors(_ arguments: [String], _ message: String) throws {
    let folder = try scenes(1)
    let command = try evaluate(folder, arguments)
    #expect(command.status != 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/evaluation.json")))
  }

  @Test("SIGTERM leaves what is done; the same command goes on")
  func stop() throws {
    let folder = try scenes(6)
    let arguments = ["--method", "integrated-gradients:steps=100", "--method", "seed", "--batch", "1"]
    let path = folder.file("out/results.jsonl")
    let command = try Command(
      ["evaluate", folder.file("in"), "--model", Repository.model, "--output", folder.file("out")] + Self.quick
        + arguments
    ) { process in
      // After the first line, which is not the last.
      while process.isRunning, (try? Data(contentsOf: URL(fileURLWithPath: path)))?.isEmpty != false { usleep(10_000) }
      process.terminate()
    }
    #expect(command.status == 128 + SIGTERM, "\(command.errors)")
    #expect(command.errors.contains("the same command goes on with the rest"))
    let done = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
    #expect((1..<12).contains(done))
    let again = try evaluate(folder, arguments)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.contains("\(done) of 12 scores were there before"))
  }
}
