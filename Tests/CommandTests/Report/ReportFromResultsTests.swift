import Foundation
import Testing

@testable import relprop

/// `relprop report --from`: what `relprop explain` wrote, without a device.
@Suite struct ReportFromResultsTests {
  /// No OpenCL: results are shown where nothing can be computed.
  private let noDevice = ["RELPROP_OPENCL_LIBRARY": "/nonexistent"]

  private func report(_ reports: ReportFolder, _ arguments: [String], output: String = "report.html") throws -> Command
  {
    try Command(["report"] + arguments + ["--output", reports.folder.file(output)], environment: noDevice)
  }

  @Test("The maps are those that explaining anew shows; composites from two folders stand side by side")
  func same() throws {
    let reports = try ReportFolder(count: 2)
    let image = reports.scenes.images[1]
    let explained = try reports.scenes.explain([image, "--classes", "top:2"], output: "a")
    #expect(explained.status == 0, "\(explained.status) \(explained.errors)")
    #expect(
      try reports.scenes.explain([image, "--classes", "top:2", "--composite", "epsilon_plus"], output: "b").status == 0)
    let command = try report(reports, ["--from", reports.folder.file("a"), "--from", reports.folder.file("b")])
    #expect(command.status == 0, "\(command.errors)")
    let anew = try reports.report(
      [image, "--model", Repository.model, "--classes", "top:2", "--composite", "seed,epsilon_plus"],
      output: "anew.html")
    #expect(anew.status == 0, "\(anew.errors)")
    #expect(try reports.maps() == reports.maps("anew.html"))
    #expect(try reports.maps().count == 4)
    let (text, other) = (try reports.text(), try reports.text("anew.html"))
    for part in ["Ledger of castle by epsilon_plus", "data:image/jpeg;base64,", "<span class=\"name\">seed</span>"] {
      #expect(text.contains(part) && other.contains(part), "\(part)")
    }
  }

  @Test("One composite in two folders is told apart by them")
  func sameComposite() throws {
    let reports = try ReportFolder(count: 1)
    for folder in ["a", "b"] { #expect(try reports.scenes.explain(reports.scenes.images, output: folder).status == 0) }
    let (a, b) = (reports.folder.file("a"), reports.folder.file("b"))
    #expect(try report(reports, ["--from", a, "--from", b]).status == 0)
    #expect(try reports.text().contains("seed (\(a))") && reports.text().contains("seed (\(b))"))
  }

  @Test("A photograph that is gone or another one now is left out, and the page says so")
  func gone() throws {
    let reports = try ReportFolder(count: 2)
    #expect(try reports.scenes.explain(reports.scenes.images).status == 0)
    try FileManager.default.removeItem(atPath: reports.scenes.images[0])
    try FileManager.default.removeItem(atPath: reports.scenes.images[1])
    try FileManager.default.copyItem(
      atPath: Repository.root.appendingPathComponent("Documentation/Images/gallery/scenes.png").path,
      toPath: reports.scenes.images[1])
    let command = try report(reports, ["--from", reports.folder.file("out")])
    #expect(command.status == 0, "\(command.errors)")
    let (first, second) = (
      try reports.text("report.pages/0-airliner.html"), try reports.text("report.pages/1-castle.html")
    )
    #expect(first.contains("The image cannot be shown") && !first.contains("image/jpeg"))
    #expect(second.contains("is another image now") && !second.contains("image/jpeg"))
    #expect(try reports.maps("report.pages/0-airliner.html").count == 1)
  }

  @Test("Results that were changed or cut off fail alone, with the reason")
  func broken() throws {
    let reports = try ReportFolder(count: 4)
    #expect(try reports.scenes.explain(reports.scenes.images).status == 0)
    let out = { (name: String) in reports.folder.file("out/\(name)") }
    try FileManager.default.removeItem(atPath: out("0-airliner.relevance.npy"))
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: out("1-castle.relevance.npy")))
    var json = try String(contentsOfFile: out("2-church.json"), encoding: .utf8)
    json = json.replacing(/"seen" : \[[^\]]*\]/, with: "\"seen\" : [0, 0, 1e300, 5]")
    try json.write(toFile: out("2-church.json"), atomically: true, encoding: .utf8)
    let command = try report(reports, ["--from", reports.folder.file("out")])
    #expect(command.status == 1)
    #expect(command.errors.contains("3 of 4 images failed:"), "\(command.errors)")
    #expect(command.errors.contains("makes no sense"))
    #expect(try reports.text().matches(of: /class="card"/).count == 1)
  }

  @Test("An evaluation beside the results is shown; what is none is refused")
  func evaluation() throws {
    let reports = try ReportFolder(count: 1)
    #expect(try reports.scenes.explain(reports.scenes.images).status == 0)
    let path = reports.folder.file("out/evaluation.json")
    try """
    {"tool": "relprop 0.1.0", "model": {"path": "m.pth", "sha256": "00"}, "images": {"count": 12, "withMask": 0, "names": []},
     "methods": ["seed", "random"],
     "scores": [{"name": "AOPC", "group": "faithfulness", "better": "higher", "values": [
       {"method": "seed", "images": 12, "undefined": 0, "mean": 0.51234, "deviation": 0.1, "rank": 1},
       {"method": "random", "images": 12, "undefined": 0, "mean": null, "deviation": null, "rank": 2}]}],
     "overall": [{"method": "seed", "meanRank": 1, "groups": {}}, {"method": "random", "meanRank": 2.5, "groups": {}}],
     "curves": [{"removal": "pixels", "method": "seed", "images": 12,
       "logits": {"mean": [4, 1], "deviation": [1, 2]}, "probabilities": {"mean": [0.9, 0.2], "deviation": [0.1, 0.2]}}]}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    let command = try report(reports, ["--from", reports.folder.file("out")])
    #expect(command.status == 0 && command.output.contains("shows    \(path)"), "\(command.errors)")
    let text = try reports.text()
    #expect(
      text.contains("0.512 ± 0.1 (1)") && text.contains("AOPC ↑") && text.contains("12 image(s) judged with m.pth"))
    #expect(text.contains("pixels, probability of the class over steps: seed from 0.9 to 0.2"))
    try "{}".write(toFile: path, atomically: true, encoding: .utf8)
    let refused = try report(reports, ["--from", reports.folder.file("out")])
    #expect(refused.status > 0 && refused.errors.contains("no evaluation of this version of relprop"))
  }
}
