import Foundation
import Imaging
import Testing

@testable import relprop

/// `relprop report`, explaining anew.
@Suite struct ReportCommandTests {
  @Test("One image makes one page that holds the three highest classes by every method, and needs nothing else")
  func one() throws {
    let reports = try ReportFolder(count: 2)
    let command = try reports.report([
      reports.scenes.images[1], "--composite", "seed,epsilon_gamma_box:gamma=0.5,epsilon=0.1", "--baseline",
      "gradient-x-input",
    ])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("report.html: 1 of 1 image(s)"))
    #expect(reports.folder.names == ["in", "report.html"])
    let text = try reports.text()
    #expect(try reports.maps().keys.sorted() == ["0-0", "0-1", "0-2", "1-0", "1-1", "1-2", "2-0", "2-1", "2-2"])
    #expect(Set(try reports.maps().values).count == 9)
    #expect(text.contains("The network says <strong>castle</strong>"))
    for method in ["seed", "epsilon_<wbr>gamma_<wbr>box:gamma=0.5,epsilon=0.1", "gradient-x-input"] {
      #expect(text.contains("<span class=\"name\">\(method)</span>"), "\(method)")
    }
    for fact in ["SHA-256 of the model", "Preprocessing", "Driver", "Device", "Command", "relprop 0.1.0", "Time"] {
      #expect(text.contains(fact), "\(fact)")
    }
    #expect(text.contains("Ledger of castle by seed") && !text.contains("Ledger of castle by gradient"))
    #expect(!text.contains("http://") && !text.contains("https://"))
    #expect(text.utf8.count < 400_000, "\(text.utf8.count)")
  }

  @Test("A model, classes and targets are taken as explain takes them; the maps are explain's")
  func targets() throws {
    let reports = try ReportFolder(count: 2)
    let (image, model) = (reports.scenes.images[1], ["--model", Repository.model])
    let command = try reports.report([image, "--class", "castle", "--class", "zebra", "--target", "log-odds"] + model)
    #expect(command.status == 0, "\(command.errors)")
    #expect(try reports.text().contains("castle against all others, log-odds"))
    #expect(try reports.maps().count == 2)
    let explained = try reports.scenes.explain([image, "--class", "castle", "--target", "log-odds"])
    #expect(explained.status == 0)
    let relevance = try NumPyArray(path: reports.folder.file("out/1-castle.class1.log-odds.relevance.npy")).tensor
    let heatmap = try Heatmap(relevance)
    let expected = try heatmap.png(.seismic, bound: heatmap.bound(.seed))
    #expect(try reports.maps()["0-0"] == Data(expected).base64EncodedString())
  }

  @Test("Several images make an index: every link leads to a page, every picture is there, pages know their neighbours")
  func several() throws {
    let reports = try ReportFolder(count: 5)
    let hostile = reports.folder.file("in/a<b>&\"'#?%20 é.png")
    try FileManager.default.copyItem(atPath: reports.scenes.images[0], toPath: hostile)
    let command = try reports.report([reports.folder.file("in"), "--classes", "top:1"])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("6 of 6 image(s)") && command.output.contains("batch    3 because: 6 images"))
    let index = try reports.text()
    var links = index.matches(of: /(?:href|src)="(report\.pages[^"]+)"/).map { String($0.1) }
    #expect(links.count == 12)
    for link in links {
      let path = try #require(link.removingPercentEncoding)
      #expect(FileManager.default.fileExists(atPath: reports.folder.file(path)), "\(path)")
      if path.hasSuffix(".jpg") {
        let picture = try Photograph(path: reports.folder.file(path))
        #expect(picture.width == 192 && picture.height == 96)
      }
    }
    #expect(index.contains("a&lt;b&gt;&amp;&quot;&#39;#?%20 é.png"))
    // The first page's neighbour, the last page's, and the way back.
    links = links.filter { $0.hasSuffix(".html") }
    let (first, last) = (
      try #require(links.first?.removingPercentEncoding), try #require(links.last?.removingPercentEncoding)
    )
    let begin = try reports.text(first)
    #expect(begin.contains("<a href=\"../report.html\">All images</a>") && begin.contains(" →</a>"))
    #expect(!begin.contains("<a href=\"1-castle.html\">← "))
    let end = try reports.text(last)
    #expect(end.contains("← 3-hot-air-balloon.png</a>") || end.contains("← 4-locomotive.png</a>"))
  }

  @Test("An image that cannot be read is named, listed, and has a page that says why; the others are there")
  func badImage() throws {
    let reports = try ReportFolder(count: 3)
    try "no image".write(toFile: reports.folder.file("in/1-b.jpg"), atomically: true, encoding: .utf8)
    let command = try reports.report([reports.folder.file("in"), reports.folder.file("nowhere.png")])
    #expect(command.status == 1)
    #expect(command.output.contains("3 of 5 image(s)"))
    #expect(command.errors.contains("2 of 5 images failed:"))
    let index = try reports.text()
    #expect(index.contains("Not explained: 2") && index.contains("nowhere.png</bdi>: "))
    #expect(try reports.text("report.pages/1-b.html").contains("it is no image"))
    #expect(index.matches(of: /class="card"/).count == 3)

    let alone = try reports.report([reports.folder.file("in/1-b.jpg")], output: "alone.html")
    #expect(alone.status > 0 && alone.errors.contains("it is no image"))
    #expect(!reports.folder.names.contains { $0.contains("alone") })
  }

  @Test("Several images in a single file")
  func singleFile() throws {
    let reports = try ReportFolder(count: 3)
    try "no image".write(toFile: reports.folder.file("in/1-b.jpg"), atomically: true, encoding: .utf8)
    let command = try reports.report([reports.folder.file("in"), "--single-file", "--title", "Three < four"])
    #expect(command.status == 1)
    #expect(reports.folder.names == ["in", "report.html"])
    let text = try reports.text()
    #expect(text.contains("<h1>Three &lt; four</h1>"))
    #expect(text.matches(of: /<article/).count == 4 && text.hasSuffix("</html>\n"))
  }

  @Test("A method that gives no finite relevance leaves its place empty; the others are shown")
  func oneMethodFails() throws {
    let reports = try ReportFolder(count: 1)
    // Weights beyond float32's range: infinity by zero is no number.
    let composite = reports.folder.file("bad.json")
    try """
    {"name": "bad", "assignments": [
        {"layers": {"type": "convolution"}, "rule": "gamma", "parameters": {"gamma": 3e38}},
        {"layers": {"type": "dense"}, "rule": "zero"}]}
    """.write(toFile: composite, atomically: true, encoding: .utf8)
    let command = try reports.report([
      reports.scenes.images[0], "--composite", "seed,\(composite)", "--classes", "top:1",
    ])
    #expect(command.status == 0, "\(command.errors)")
    let text = try reports.text()
    #expect(try reports.maps().keys.sorted() == ["0-0"])
    #expect(text.contains("class=\"absent\"") && text.contains("NaN or infinite"))
  }

  @Test(
    "What cannot be done is refused, and nothing is written",
    arguments: [
      ([], "name images to explain"), (["IN", "--output", "report.txt"], "expected a page, such as report.html"),
      (["IN", "--output", "nowhere/report.html"], "make its folder first"),
      (["IN", "--composite", "nonsense"], "no composite \"nonsense\""),
      (["IN", "--composite", "seed,seed"], "seed is named twice"),
      (["IN", "--baseline", "lrp"], "--baseline lrp: expected gradient"),
      (["IN", "--labels", "labels.txt"], "name it with --model"), (["IN", "--batch", "0"], "expected at least 1"),
      (["IN", "--from", "out"], "leave out images"),
      (["--from", "out", "--classes", "top:2"], "leave out what is explained"),
      (["--from", "nowhere"], "--from nowhere: no folder"), (["--from", "EMPTY"], "no results of relprop explain"),
      (["IN", "--evaluation", "nowhere.json"], "--evaluation nowhere.json: it cannot be read"),
      (["IN", "--color-map", "rainbow"], "no color map 'rainbow'"),
      (["IN", "--classes", "top:99"], "top:N with N from 1"),
    ])
  func refuses(_ arguments: [String], _ message: String) throws {
    let reports = try ReportFolder(count: 1)
    try FileManager.default.createDirectory(atPath: reports.folder.file("empty"), withIntermediateDirectories: true)
    let names = ["IN": reports.scenes.images[0], "EMPTY": reports.folder.file("empty")]
    let output = arguments.contains("--output") ? [] : ["--output", reports.folder.file("report.html")]
    let command = try Command(["report"] + arguments.map { names[$0] ?? $0 } + output)
    #expect(command.status > 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(reports.folder.names == ["empty", "in"])
  }

  @Test("An earlier report is replaced, a page of one's own is not")
  func existing() throws {
    let reports = try ReportFolder(count: 1)
    let image = reports.scenes.images[0]
    try "<html>my page</html>".write(toFile: reports.folder.file("report.html"), atomically: true, encoding: .utf8)
    let refused = try reports.report([image])
    #expect(refused.status > 0 && refused.errors.contains("it is there and no report of relprop"))
    #expect(try reports.text() == "<html>my page</html>")
    #expect(try reports.report([image], output: "other.html").status == 0)
    #expect(try reports.report([image, "--title", "again"], output: "other.html").status == 0)
    #expect(try reports.text("other.html").contains("<title>again</title>"))
  }

  @Test("A report of many images that is stopped holds what was done, and says what is missing")
  func stopped() throws {
    let reports = try ReportFolder(count: 1)
    let list = (0..<4000).map { _ in reports.scenes.images[0] }.joined(separator: "\n")
    try list.write(toFile: reports.folder.file("list.txt"), atomically: true, encoding: .utf8)
    let command = try Command(
      [
        "report", "--list", reports.folder.file("list.txt"), "--classes", "top:1", "--output",
        reports.folder.file("report.html"),
      ]
    ) { process in
      let first = reports.folder.file("report.pages/0-airliner-9.html")
      for _ in 0..<600 where !FileManager.default.fileExists(atPath: first) { Thread.sleep(forTimeInterval: 0.1) }
      process.interrupt()
    }
    #expect(command.status == 130, "\(command.errors)")
    let index = try reports.text()
    let cards = index.matches(of: /class="card" href="([^"]+)"/).map { String($0.1) }
    #expect(cards.count >= 9 && cards.count < 4000)
    #expect(index.contains("The run was stopped: \(4000 - cards.count) images are left out."))
    for card in cards { #expect(FileManager.default.fileExists(atPath: reports.folder.file(card))) }
    // The last page leads on to one that says so.
    #expect(
      try reports.text("report.pages/0-airliner-\(cards.count + 1).html").contains("the run was stopped before it"))
  }
}
