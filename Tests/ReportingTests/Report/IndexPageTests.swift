import Foundation
import Testing

@testable import Reporting

@Suite("Index pages")
struct IndexPageTests {
  private func card(_ name: String, _ label: String, score: Double) -> IndexPage.Card {
    .init(
      name: name, page: "report.pages/\(name).html", picture: "report.pages/thumbnails/\(name).jpg", pictureWidth: 288,
      pictureHeight: 144, top: .init(index: 1, name: label, score: score, probability: 0.5))
  }

  private func index(_ cards: [IndexPage.Card], failures: [(name: String, reason: String)] = []) -> IndexPage {
    IndexPage(
      title: "Explanations", cards: cards, caption: "caption", failures: failures, notes: ["stopped"],
      methods: ["seed"], provenance: Provenance(facts: [("Model", "vgg")]), maker: "relprop test")
  }

  @Test("a card an image: its page, a picture that loads when it is seen, class and score for the filters")
  func cards() throws {
    let page = PageReader(
      index([card("a b#1", "cat", score: 2.5), card(Samples.hostile, "dog", score: -1)]).html.markup)
    #expect(page.problems.isEmpty, "\(page.problems)")
    let items = page.elements.filter { $0.name == "li" && $0.attributes["data-class"] != nil }
    #expect(items.map { $0.attributes["data-class"] } == ["cat", "dog"])
    #expect(items.map { $0.attributes["data-score"] } == ["2.5", "-1.0"])
    let links = page.all("a").filter { $0.attributes["class"] == "card" }.compactMap { $0.attributes["href"] }
    #expect(links[0] == "report.pages/a%20b%231.html")
    for image in page.all("img") {
      #expect(image.attributes["loading"] == "lazy" && image.attributes["width"] == "288")
      #expect(image.attributes["alt"] == "", "its name stands beside it in the same link")
    }
    #expect(page.all("h1").map(\.text) == ["Explanations"])
    #expect(page.all("p").contains { $0.text == "stopped" })
    let options = page.all("option").map(\.text)
    #expect(options.prefix(3) == ["all", "cat (1)", "dog (1)"])
  }

  @Test("images that failed are listed with their reasons")
  func failures() {
    let page = PageReader(index([], failures: [("x<y>.png", "it is no image")]).html.markup)
    #expect(page.problems.isEmpty)
    #expect(page.all("li").map(\.text) == ["x<y>.png: it is no image"])
    #expect(!PageReader(index([]).html.markup).elements.contains { $0.attributes["id"] == "failures" })
  }

  @Test("a thousand cards take 0.6 MB")
  func size() {
    let cards = (0..<1000).map { card(String(format: "%05d_passenger-car", $0), "passenger car", score: 4.5) }
    #expect(index(cards).html.markup.utf8.count < 600_000)
  }
}
