import Foundation
import Testing

@testable import relprop_bench

/// The seeds' experiments run, and the page says what the kept results say.
@Suite(.serialized) struct ExperimentsTests {
  /// The package's folder.
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  @Test("every experiment runs on a few scenes; its result names its origin, and a page is made of all")
  func runs() throws {
    let folder = try Folder()
    let run = try Bench([
      "experiments", "--images", "20", "--output", folder.path + "/found", "--page", folder.path + "/page.md",
      "--models", Self.root + "/Models/experiments", "--reference", "/nowhere",
    ])
    try #require(run.status == 0, "\(run.errors)")
    let page = try String(contentsOfFile: folder.path + "/page.md", encoding: .utf8)
    for type in Experiments.all {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/found/\(type.name).json"))
      let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      for key in ["commit", "date", "device", "platform", "driver", "experiment"] {
        #expect((record[key] as? String)?.isEmpty == false, "\(type.name): \(key)")
      }
      #expect(record["seed"] as? Int == 4004 && record["images"] as? Int == 20)
      #expect((record["networks"] as? [String: String])?["demo"]?.count == 64 || type.name == "training-durations")
      #expect(page.contains("(found/\(type.name).json)"), "\(type.name)")
    }
    // Every figure that the page shows is there, and nothing else.
    let shown = Set(page.components(separatedBy: "](found/").dropFirst().compactMap { $0.split(separator: ")").first })
    let there = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/found").map { Substring($0) })
    #expect(shown == there)
  }

  @Test("the page and its charts are those of the committed results")
  func committed() throws {
    let results = Self.root + "/Documentation/Experiments"
    let folder = try Folder()
    for file in try FileManager.default.contentsOfDirectory(atPath: results) where file.hasSuffix(".json") {
      try FileManager.default.copyItem(atPath: "\(results)/\(file)", toPath: "\(folder.path)/\(file)")
    }
    let page = ExperimentsPage(folder: folder.path, link: "Experiments")
    let kept = try String(contentsOfFile: Self.root + "/Documentation/Experiments.md", encoding: .utf8)
    #expect(try page.text() == kept, "run `make experiments EXPERIMENTS=--tell`")
    try page.writeCharts()
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".svg") {
      #expect(
        FileManager.default.contents(atPath: "\(folder.path)/\(file)")
          == FileManager.default.contents(atPath: "\(results)/\(file)"), "\(file)")
    }
  }

  @Test("a result that is missing or is none is named, with what to do")
  func missing() throws {
    let folder = try Folder()
    let error = #expect(throws: SessionError.self) { try ExperimentsPage(folder: folder.path, link: "x").text() }
    #expect(error?.description.contains("ten-pixels.json: not there") == true)
    try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.path + "/ten-pixels.json"))
    let other = #expect(throws: SessionError.self) { try ExperimentsPage(folder: folder.path, link: "x").text() }
    #expect(other?.description.contains("no result of the experiment ten-pixels as it is now") == true)
  }

  @Test(
    "options that cannot be are refused",
    arguments: [
      (["--only", "tenpixels"], "--only tenpixels: there are ten-pixels, all-classes"),
      (["--images", "3"], "--images 3: expected at least 10"),
      (["--only", "clever-hans", "--models", "/nowhere"], "/nowhere/shallow.onnx"),
    ])
  func refusals(_ arguments: [String], _ message: String) throws {
    let folder = try Folder()
    let run = try Bench(["experiments", "--output", folder.path, "--page", ""] + arguments)
    #expect(run.status != 0)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
