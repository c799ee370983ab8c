import Foundation
import Testing

@testable import Reporting

/// What readers need who use keys, voices, large type or other colours; what a browser computes is tested in CommandTests.
@Suite("Accessible pages")
struct AccessibilityTests {
  private static let pages: [String: String] = [
    "page": Samples.text(Samples.page(), [Samples.image()]),
    "several": Samples.text(Samples.page(isOfOne: false), [Samples.image(), Samples.image("dog.jpg")]),
    "index": IndexPage(
      title: "Explanations",
      cards: [
        .init(
          name: "a", page: "a.html", picture: "a.jpg", pictureWidth: 2, pictureHeight: 1,
          top: .init(index: 0, name: "cat", score: 1, probability: 1))
      ], caption: "", failures: [("b", "bad")], methods: ["seed"],
      provenance: Provenance(facts: [("a", "b")], rules: [.init(name: "l", type: "t", rules: ["seed": "r"])]),
      maker: "relprop"
    ).html.markup,
  ]
  static let names = pages.keys.sorted()

  @Test("landmarks, language, title and headings without gaps", arguments: names)
  func structure(_ name: String) {
    let page = PageReader(Self.pages[name]!)
    #expect(page.all("html")[0].attributes["lang"] == "en")
    #expect(page.all("main").count == 1 && page.all("header").count >= 1 && page.all("footer").count == 1)
    #expect(page.all("h1").count == 1)
    let levels = page.elements.compactMap {
      $0.name.count == 2 && $0.name.first == "h" ? Int($0.name.dropFirst()) : nil
    }
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(levels)")
    #expect(page.all("a")[0].attributes["href"] == "#content", "the first thing a key reaches leads past the frame")
  }

  @Test("every picture has a text, every control a label, every part a name", arguments: names)
  func labels(_ name: String) {
    let page = PageReader(Self.pages[name]!)
    let identifiers = Set(page.identifiers)
    #expect(identifiers.count == page.identifiers.count)
    for image in page.all("img") { #expect(image.attributes["alt"] != nil, "\(image.attributes)") }
    for picture in page.all("svg") {
      #expect(picture.attributes["role"] == "img" && !(picture.attributes["aria-label"] ?? "").isEmpty)
    }
    let labelled = Set(page.all("label").compactMap { $0.attributes["for"] })
    for control in page.elements where ["input", "select"].contains(control.name) {
      let isNamed = control.path.contains("label") || labelled.contains(control.attributes["id"] ?? "-")
      #expect(isNamed, "\(control.attributes)")
    }
    for element in page.elements {
      for key in ["aria-labelledby", "for"] {
        guard let target = element.attributes[key] else { continue }
        #expect(identifiers.contains(target), "\(element.name) \(key) \(target)")
      }
      if ["section", "article"].contains(element.name), element.name == "section" || element.attributes["class"] != nil
      {
        #expect(element.attributes["aria-labelledby"] != nil)
      }
    }
    for group in page.all("fieldset") {
      #expect(page.all("legend").contains { $0.path.count == group.path.count + 1 })
    }
  }

  @Test("tables have captions, and their heads say what they head; keys reach what scrolls", arguments: names)
  func tables(_ name: String) {
    let page = PageReader(Self.pages[name]!)
    #expect(page.all("caption").count == page.all("table").count)
    for head in page.all("th") { #expect(["row", "col"].contains(head.attributes["scope"])) }
    for box in page.elements where box.attributes["class"] == "wide" {
      #expect(box.attributes["tabindex"] == "0" && box.attributes["role"] == "region")
      #expect(!(box.attributes["aria-label"] ?? "").isEmpty)
    }
  }

  /// The colours of the page's variables in one scheme.
  private func variables(_ block: Substring) throws -> [String: String] {
    var found: [String: String] = [:]
    for match in block.matches(of: /--([a-z-]+): (#[0-9a-f]{6});/) { found[String(match.1)] = String(match.2) }
    return found
  }

  /// WCAG 2.2's ratio of luminances.
  private func contrast(_ a: String, _ b: String) throws -> Double {
    func luminance(_ color: String) throws -> Double {
      let value = try #require(Int(color.dropFirst(), radix: 16))
      let parts = [value >> 16, value >> 8 & 255, value & 255].map { part -> Double in
        let share = Double(part) / 255
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    let (first, second) = (try luminance(a), try luminance(b))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  @Test("texts stand out from their grounds by 4.5, by day and by night")
  func contrasts() throws {
    let style = PageAssets.style.markup
    let night = try #require(style.range(of: "@media screen and (prefers-color-scheme: dark)"))
    let day = try variables(style[..<night.lowerBound])
    let dark = try variables(style[night.upperBound...].prefix(1200))
    #expect(day.count == 9 && dark.count == 9)
    for colors in [day, dark] {
      for (text, ground) in [
        ("ink", "page"), ("ink", "card"), ("soft", "page"), ("soft", "card"), ("accent", "page"), ("accent", "card"),
        ("on-accent", "accent"), ("warn", "warn-page"),
      ] {
        let ratio = try contrast(try #require(colors[text]), try #require(colors[ground]))
        #expect(ratio >= 4.5, "\(text) on \(ground): \(ratio)")
      }
    }
  }

  @Test("the style sheet cares for paper, night, calm and keys")
  func media() {
    let style = PageAssets.style.markup
    for rule in ["@media print", "prefers-color-scheme: dark", "prefers-reduced-motion", ":focus-visible"] {
      #expect(style.contains(rule), "\(rule)")
    }
    #expect(!style.contains("url("))
  }
}
