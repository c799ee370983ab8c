import Foundation
import Testing

@testable import Reporting

@Suite("Report pages")
struct ReportPageTests {
  @Test("a page of one image has its name as the heading, a map for every target and method, and all it needs inside")
  func one() throws {
    let text = Samples.text(Samples.page(), [Samples.image()])
    let page = PageReader(text)
    #expect(page.problems.isEmpty, "\(page.problems)")
    #expect(page.all("h1").map(\.text) == ["cat.jpg"])
    #expect(page.all("title").filter { $0.path.contains("head") }.map(\.text) == ["title"])
    let maps = page.all("img").compactMap { $0.attributes["data-map"] }
    #expect(maps == ["0-0", "0-1", "0-2", "1-0", "1-2"])
    #expect(page.all("p").contains { $0.text == "epsilon_plus: NaN at cat.jpg" })
    for text in ["a note", "an alarm", "cat, score 8", "10 × 20 pixels", "±0.01235"] {
      #expect(page.elements.contains { $0.text.contains(text) }, "\(text)")
    }
    // Nothing from elsewhere: sources are inside, and links there are none.
    for image in page.all("img") { #expect(image.attributes["src"]?.hasPrefix("data:image/") ?? true) }
    #expect(page.all("link").map { $0.attributes["href"] } == ["data:,"])
    #expect(!text.contains("http://") && !text.contains("https://"))
    #expect(text.contains(ReportPage.mark))
  }

  @Test("names that try to leave their place stay names")
  func hostile() {
    let text = Samples.text(
      Samples.page(links: [.init(text: Samples.hostile, path: Samples.hostile)]), [Samples.image(Samples.hostile)])
    let plain = PageReader(
      Samples.text(Samples.page(links: [.init(text: "cat.jpg", path: "a.html")]), [Samples.image()]))
    let page = PageReader(text)
    #expect(page.problems.isEmpty, "\(page.problems)")
    #expect(page.elements.map(\.name) == plain.elements.map(\.name))
    #expect(page.elements.map { $0.attributes.keys.sorted() } == plain.elements.map { $0.attributes.keys.sorted() })
    #expect(page.all("h1")[0].text.hasPrefix("<script>alert('a & b')</script>\">"))
  }

  @Test("the ledger says what each layer kept, what was kept in all, and what reached the pixels")
  func ledger() throws {
    let page = PageReader(Samples.text(Samples.page(), [Samples.image()]))
    let tables = page.all("table").filter { $0.text.contains("Ledger of") }
    #expect(tables.count == 4)
    let rows = page.elements.filter { $0.name == "tr" && $0.text.contains("epsilon") && $0.path.contains("tbody") }
    #expect(rows.count == 8)
    #expect(rows[0].text == "fc8\n6\n2\n0\n0convolutionepsilon")
    let kept = page.elements.filter { $0.attributes["class"] == "kept" }
    #expect(kept.count == 4)
    // 8 entered, 2 and 1 were kept.
    #expect(kept[0].text.contains("Entered at the top8") && kept[0].text.contains("kept by biases3"))
    #expect(kept[0].text.contains("Reached the pixels5"))
    #expect(page.all("p").contains { $0.text == "occlusion propagates no relevance through the layers: no ledger." })
    #expect(!page.elements.contains { $0.name == "th" && $0.text == "Filter" })
  }

  @Test("a filter gets its column")
  func filter() {
    var image = Samples.image()
    guard case .drawn(var drawing) = image.maps[0][0] else { return }
    drawing.ledger = [Samples.row("fc", incoming: 8, bias: 2, filter: 3)]
    image.maps[0][0] = .drawn(drawing)
    let page = PageReader(Samples.text(Samples.page(), [image]))
    #expect(page.all("th").count { $0.text == "Filter" } == 1)
    #expect(page.elements.contains { $0.attributes["class"] == "kept" && $0.text.contains("stopped by filters3") })
  }

  @Test("one class by one method needs no choice; without photograph there is no overlay")
  func little() {
    var image = Samples.image(picture: false)
    image.targets = Array(image.targets.prefix(1))
    image.methods = ["seed"]
    image.maps = [[Samples.drawing(1)]]
    let page = PageReader(Samples.text(Samples.page(), [image]))
    #expect(page.problems.isEmpty)
    #expect(page.all("fieldset").isEmpty && page.all("input").isEmpty)
    #expect(!page.elements.contains { $0.attributes["data-role"] == "over" })
    #expect(page.all("select").count == 1)
  }

  @Test("where no map could be made the page says why")
  func nothing() {
    var image = Samples.image()
    image.maps = image.maps.map { $0.map { _ in .missing(reason: "relevance is NaN") } }
    let page = PageReader(Samples.text(Samples.page(), [image]))
    #expect(page.problems.isEmpty)
    #expect(page.all("h2").contains { $0.text == "Nothing to see" })
    #expect(page.all("p").contains { $0.text == "relevance is NaN" })
  }

  @Test("several images share a page: distinct identifiers, one heading above them, failures among them")
  func several() {
    let frame = Samples.page(isOfOne: false)
    let text =
      frame.opening.markup + frame.article(Samples.image(), number: 1).markup
      + frame.failure(name: "bad <file>", reason: "it is no image", number: 2).markup
      + frame.article(Samples.image("dog.jpg"), number: 3).markup + frame.closing().markup
    let page = PageReader(text)
    #expect(page.problems.isEmpty)
    #expect(page.all("h1").map(\.text) == ["title"])
    #expect(page.all("article").count == 3)
    #expect(Set(page.identifiers).count == page.identifiers.count)
    #expect(
      page.all("article")[1].text.contains("bad <file>") && page.all("article")[1].text.contains("it is no image"))
  }

  @Test("a page is as large as its pictures, a third for their text form, and 40 KB")
  func size() {
    func bytes(_ count: Int) -> Int {
      var image = Samples.image()
      image.maps = image.maps.map { row in
        row.map { _ in
          .drawn(.init(picture: .png(Array(repeating: 0, count: count)), bound: 1, summary: "", facts: []))
        }
      }
      return Samples.text(Samples.page(), [image]).utf8.count
    }
    // Six maps, and the first once more, large.
    #expect(bytes(30_000) - bytes(0) == 7 * 40_000)
    #expect(bytes(0) < 40_000)
  }

  @Test("scores of an evaluation are a table and curves")
  func evaluation() {
    let evaluation = ReportedEvaluation(
      note: "12 images",
      tables: [.init(title: "Scores", columns: ["Score", "seed", "<b>"], rows: [("AOPC ↑", ["1 (1)", "–"])])],
      charts: [
        .init(
          title: "flipping", horizontal: "steps", vertical: "probability",
          series: [
            .init("seed", [(0, 0.9, 0.1), (1, 0.4, 0.2), (2, .nan, 0)]),
            .init("random", [(0, 0.9, 0.1), (1, -0.8, 0.1)]),
          ]),
        .init(title: "empty", horizontal: "", vertical: "", series: [.init("seed", [])]),
      ])
    let page = PageReader(Samples.text(Samples.page(), [Samples.image()], evaluation))
    #expect(page.problems.isEmpty, "\(page.problems)")
    let charts = page.all("svg").compactMap { $0.attributes["aria-label"] }.filter { $0.contains("flipping") }
    #expect(charts == ["flipping, probability over steps: seed from 0.9 to 0.4; random from 0.9 to −0.8"])
    #expect(!page.all("svg").contains { $0.attributes["aria-label"]?.contains("empty") ?? false })
    #expect(page.all("polygon").count == 2 + 4, "two bands, and one without width in each ledger's chart")
    #expect(page.all("th").contains { $0.text == "<b>" } && page.all("td").contains { $0.text == "1 (1)" })
  }
}
