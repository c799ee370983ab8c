import Foundation
import Imaging
import RelevancePropagation
import Testing

/// `relprop explain --translate` as a user runs it.
@Suite struct TranslationCommandTests {
  private func report(_ scenes: ScenesFolder, _ name: String, of output: String = "out") throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: scenes.bytes(name, of: output)) as? [String: Any])
  }

  @Test("A grid's report holds every shift with its scores; map, variance and pictures are written")
  func grid() throws {
    let scenes = try ScenesFolder(count: 1)
    let command = try scenes.explain(
      scenes.images + ["--translate", "3", "--translate-step", "2", "--translate-variance"])
    try #require(command.status == 0, "\(command.errors)")
    let name = scenes.names[0]
    #expect(
      scenes.results()
        == [
          "heatmap.png", "json", "overlay.png", "relevance.npy", "variance.npy", "variance.png",
        ].map { "\(name).\($0)" })
    #expect(command.output.contains("averaged over 9 shift(s) (grid 3 x 3, step 2; border edge, divided by total): "))
    #expect(command.output.contains(", mean score ") && command.output.contains("airliner on top in "))
    #expect(command.output.contains("batch    5 because: 9 copies of each image in 2 passes"))

    let report = try report(scenes, "\(name).json")
    let translation = try #require(report["translation"] as? [String: Any])
    #expect(translation["shifts"] as? String == "grid 3 x 3, step 2")
    #expect(translation["border"] as? String == "edge" && translation["divisor"] as? String == "total")
    #expect(translation["coverage"] as? [Int] == [4, 9])
    let copies = try #require(translation["copies"] as? [[String: Any]])
    #expect(
      copies.map { [$0["dy"] as? Int, $0["dx"] as? Int] } == [-2, 0, 2].flatMap { dy in [-2, 0, 2].map { [dy, $0] } })
    let target = try #require(report["target"] as? [String: Any])
    // The middle of the grid is the image itself.
    #expect(copies[4]["score"] as? Double == target["score"] as? Double)
    #expect(copies[4]["probability"] as? Double == target["probability"] as? Double)
    #expect(copies[4]["topName"] as? String == "airliner" && copies[4]["topClass"] as? Int == 0)
    for copy in copies {
      let (own, top) = (try #require(copy["probability"] as? Double), try #require(copy["topProbability"] as? Double))
      #expect((0...1).contains(own) && own <= top)
    }
    let scores = copies.compactMap { $0["score"] as? Double }
    let mean = try #require(translation["meanValue"] as? Double)
    #expect(Set(scores).count == 9 && abs(mean - scores.reduce(0, +) / 9) < 1e-6)
    #expect((report["explained"] as? [String: Any])?["value"] as? Double == mean)
    // Map and border together are the copies' relevance.
    let sums = copies.compactMap { $0["relevance"] as? Double }
    let outside = try #require(translation["outside"] as? Double)
    let inside = try #require(report["relevanceSum"] as? Double)
    #expect(abs(inside + outside - sums.reduce(0, +) / 9) < 1e-4)

    let variance = try NumPyArray(path: scenes.folder.file("out/\(name).variance.npy")).tensor
    #expect(variance.shape == [96, 96] && variance.scalars.allSatisfy { $0 >= 0 })
    let sum = variance.scalars.reduce(0) { $0 + Double($1) }
    let told = try #require(translation["varianceSum"] as? Double)
    #expect(sum > 0 && abs(told - sum) < 1e-9)
    let files = try #require(report["files"] as? [String: String])
    #expect(files["variance"]?.hasSuffix(".variance.npy") == true && files["variancePicture"] != nil)
    let picture = try Photograph(path: scenes.folder.file("out/\(name).variance.png"))
    #expect(picture.width == 480 && Set(picture.pixels).count > 2)
  }

  @Test("The unmoved image alone gives the plain map, also cut out of a larger resize that needs no margin")
  func alone() throws {
    let scenes = try ScenesFolder(count: 1)
    let map = "\(scenes.names[0]).relevance.npy"
    #expect(try scenes.explain(scenes.images, output: "plain").status == 0)
    for border in ["edge", "zero", "low", "crop"] {
      #expect(
        try scenes.explain(
          scenes.images + ["--translate", "1", "--translate-border", border, "--translate-divisor", "coverage"],
          output: border
        ).status == 0)
      #expect(try scenes.bytes(map, of: border) == scenes.bytes(map, of: "plain"), "\(border)")
    }
  }

  @Test("Copies cut out of a larger resize: what is seen and explained is its centre")
  func crop() throws {
    let scenes = try ScenesFolder(count: 1)
    let options = ["--translate", "3", "--translate-step", "2", "--translate-border", "crop", "--save-input"]
    #expect(try scenes.explain(scenes.images + options).status == 0)
    let report = try report(scenes, "\(scenes.names[0]).json")
    // 96 × 96 stretched to 100 × 100, of which the centre is read.
    let seen = try #require((report["image"] as? [String: Any])?["seen"] as? [Double])
    #expect(zip(seen, [1.92, 1.92, 92.16, 92.16]).allSatisfy { abs($0 - $1) < 1e-9 }, "\(seen)")
    let input = try NumPyArray(path: scenes.folder.file("out/\(scenes.names[0]).input.npy"))
    #expect(input.shape == [3, 96, 96])
  }

  @Test(
    "Many images, several targets, any batch: the same bytes as one by one",
    arguments: [
      ["--translate", "3"],
      ["--translate", "random:5", "--seed", "3", "--translate-variance", "--class", "zebra", "--class", "0"],
      ["--translate", "3", "--translate-border", "crop", "--classes", "top:2"],
      ["--translate", "3", "--translate-border", "zero", "--translate-divisor", "coverage", "--target", "log-odds"],
      ["--translate", "3", "--translate-border", "low", "--neuron", "features.28:3"],
    ])
  func batches(_ options: [String]) throws {
    let scenes = try ScenesFolder(count: 4)
    let together = try scenes.explain(scenes.images + options, output: "together")
    let wide = try scenes.explain(scenes.images + options + ["--batch", "20"], output: "wide")
    let single = try scenes.explain(scenes.images + options + ["--batch", "1"], output: "single")
    #expect(
      together.status == 0 && wide.status == 0 && single.status == 0, "\(together.errors)\(wide.errors)\(single.errors)"
    )
    let names = scenes.results("together")
    #expect(names == scenes.results("single") && names == scenes.results("wide") && names.count >= 16)
    for name in names {
      if name.hasSuffix(".json") {
        let reports = try ["together", "wide", "single"].map {
          try report(scenes, name, of: $0)["translation"] as? NSDictionary
        }
        #expect(reports[0] != nil && reports[0] == reports[1] && reports[0] == reports[2], "\(name)")
      } else {
        #expect(try scenes.bytes(name, of: "together") == scenes.bytes(name, of: "single"), "\(name)")
        #expect(try scenes.bytes(name, of: "wide") == scenes.bytes(name, of: "single"), "\(name)")
      }
    }
  }

  @Test("Random shifts are recorded and drawn again from their seed")
  func random() throws {
    let scenes = try ScenesFolder(count: 1)
    func shifts(_ seed: String, _ output: String) throws -> [[Int]] {
      let command = try scenes.explain(
        scenes.images + ["--translate", "random:6", "--translate-reach", "4", "--seed", seed], output: output)
      #expect(command.status == 0, "\(command.errors)")
      let translation = try report(scenes, "\(scenes.names[0]).json", of: output)["translation"] as? [String: Any]
      #expect(translation?["shifts"] as? String == "6 random shifts of at most 4 pixels, seed \(seed)")
      return try #require(translation?["copies"] as? [[String: Any]]).map { [$0["dy"] as! Int, $0["dx"] as! Int] }
    }
    let first = try shifts("7", "first")
    #expect(Set(first).count == 6 && first.allSatisfy { abs($0[0]) <= 4 && abs($0[1]) <= 4 })
    #expect(try shifts("7", "second") == first)
    #expect(try shifts("8", "third") != first)
    let expected = try ShiftSet.random(6, reach: 4, seed: 7).shifts.map { [$0.dy, $0.dx] }
    #expect(first == expected)
  }

  @Test("Averages are resumed, other settings and missing files are explained anew")
  func resumes() throws {
    let scenes = try ScenesFolder(count: 3)
    let options = ["--translate", "3", "--translate-variance"]
    #expect(try scenes.explain(scenes.images).status == 0)
    func explained(_ options: [String]) throws -> String {
      let command = try scenes.explain(scenes.images + options + ["--quiet"])
      #expect(command.status == 0, "\(command.errors)")
      return command.output.split(separator: "\n").last.map(String.init) ?? ""
    }
    #expect(try explained(options).contains("explained before") == false, "the plain maps are others")
    #expect(try explained(options).contains("all 3 image(s) were explained before"))
    for ending in ["variance.npy", "variance.png"] {
      try FileManager.default.removeItem(atPath: scenes.folder.file("out/\(scenes.names[1]).\(ending)"))
      #expect(try explained(options).contains("explained 1 of 3 images in "))
    }
    #expect(try explained(["--translate", "3"]).contains("explained before") == false)
    #expect(try explained(["--translate", "3", "--translate-border", "zero"]).contains("explained before") == false)
  }

  @Test(
    "What cannot be averaged is refused with the reason, before anything is computed",
    arguments: [
      (["--translate", "0"], "expected 1, 3, 5"), (["--translate", "4"], "take 3 or 5"),
      (["--translate=-3"], "expected 1, 3, 5"), (["--translate", "x"], "expected an odd number"),
      (["--translate", "3", "--translate-step", "0"], "expected 1 or more"),
      (["--translate", "3", "--translate-step=-2"], "expected 1 or more"),
      (["--translate", "3", "--translate-step", "96"], "shift (-96, -96): nothing is left of an image of 96 x 96"),
      (["--translate", "5", "--translate-step", "9223372036854775807"], "more than can be meant"),
      (["--translate", "random:0", "--seed", "1"], "expected at least 1"),
      (["--translate", "random:50", "--seed", "1"], "there are 49 of at most 3 pixels"),
      (["--translate", "random:5"], "say --seed NUMBER"), (["--translate", "random:x", "--seed", "1"], "or random:N"),
      (["--translate", "random:5", "--seed", "1", "--translate-reach", "0"], "expected 1 to"),
      (["--translate", "random:5", "--seed", "1", "--translate-step", "2"], "--translate-step: it belongs to a grid"),
      (["--translate", "3", "--seed", "1"], "--seed: it belongs to --translate random:N"),
      (["--translate", "3", "--translate-reach", "2"], "--translate-reach: it belongs to --translate random:N"),
      (["--translate-variance"], "--translate-variance: it belongs to --translate"),
      (["--translate-step", "2"], "--translate-step: it belongs to --translate"),
      (["--seed", "2"], "--seed: it belongs to --translate"),
      (["--translate", "3", "--translate-border", "mirror"], "edge"),
      (["--translate", "3", "--translate-divisor", "mean"], "coverage"),
      (["--translate", "3", "--method", "smoothgrad"], "--translate with --method smoothgrad: only LRP's heatmaps"),
      (["--translate", "3", "--save-layers", "features.28"], "--save-layers with --translate: a unit between"),
      (["--translate", "3", "--translate-border", "crop", "--fit", "none"], "the fitting none leaves no pixels"),
    ])
  func refuses(_ options: [String], _ message: String) throws {
    let scenes = try ScenesFolder(count: 1)
    let command = try scenes.explain(scenes.images + options)
    #expect(command.status > 0)
    // The argument parser breaks long lines.
    #expect(command.errors.replacing("\n", with: " ").contains(message), "\(command.errors)")
    #expect(scenes.results().isEmpty)
  }

  @Test("plan tells what an average takes")
  func plan() throws {
    let options = ["--translate", "5", "--translate-border", "crop", "--translate-variance"]
    let command = try Command(["plan", "--model", Repository.model] + options)
    #expect(command.status == 0, "\(command.errors)")
    #expect(
      command.output.contains("translate  grid 5 x 5, step 1, border crop, divided by total: 25 copies of an image"))
    let json = try Command(["plan", "--model", Repository.model, "--json"] + options)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let (total, plan) = (report["total"] as? [String: Any], report["translation"] as? [String: Any])
    #expect(plan?["copies"] as? Int == 25)
    let (forward, backward) = (
      try #require(total?["forwardFLOP"] as? Int), try #require(total?["backwardFLOP"] as? Int)
    )
    #expect(plan?["forwardFLOP"] as? Int == 26 * forward && plan?["backwardFLOP"] as? Int == 25 * backward)
    // Source 3·100·100, three planes of 3·96·96, four of 96·96, divisors 96·96, in float32.
    #expect(plan?["bytes"] as? Int == 4 * (30_000 + 14 * 9216))
    let refused = try Command(["plan", "--model", Repository.model, "--translate", "3", "--translate-step", "96"])
    #expect(refused.status != 0 && refused.errors.contains("nothing is left"))
  }

  @Test("The page's library example is compiled and averages")
  func example() throws {
    let page = try String(
      contentsOf: Repository.root.appendingPathComponent("Documentation/Translation.md"), encoding: .utf8)
    let compiled = try String(
      contentsOf: Repository.root.appendingPathComponent("Tests/CommandTests/TranslationExample.swift"), encoding: .utf8
    )
    let block = try #require(page.components(separatedBy: "```swift\n").dropFirst().first).components(
      separatedBy: "```")[0]
    let shown = block.replacing("\"vgg16.pth\"", with: "modelPath").replacing("\"photo.jpg\"", with: "photograph")
    for line in shown.split(separator: "\n") {
      #expect(compiled.contains(line.trimmingCharacters(in: .whitespaces)), "only on the page: \(line)")
    }
    let scenes = try ScenesFolder(count: 1)
    let found = try translationExample(model: Repository.model, photograph: scenes.images[0])
    #expect(found.translation?.copies.count == 25 && found.relevance.shape == [3, 96, 96])
  }

  @Test("A single image's copies are counted on a terminal", .enabled(if: Terminal.isThere))
  func terminal() throws {
    let scenes = try ScenesFolder(count: 1)
    let text = try Terminal.output([
      "explain", scenes.images[0], "--model", Repository.model, "--output", scenes.folder.file("out"), "--translate",
      "21",
      "--batch", "2", "--quiet",
    ])
    #expect(text.contains(/\[#*-*\] \d+ of 441, [0-9.]+ copies\/s, \d+:\d\d left/), "\(text)")
  }
}
