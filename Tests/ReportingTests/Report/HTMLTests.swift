import Foundation
import Testing

@testable import Reporting

@Suite("Markup")
struct HTMLTests {
  @Test("texts are escaped as content and in attributes; markup stays markup")
  func escaping() {
    let text = "<b>\"Tom\" & 'Ann'</b>"
    let inner: HTML = "<i>\(text)</i>"
    let html: HTML = "<p title=\"\(text)\">\(inner) \(3)</p>"
    let safe = "&lt;b&gt;&quot;Tom&quot; &amp; &#39;Ann&#39;&lt;/b&gt;"
    #expect(html.markup == "<p title=\"\(safe)\"><i>\(safe)</i> 3</p>")
  }

  @Test("a hostile text comes back from a page as it was, but for what no page may hold")
  func hostile() {
    let html: HTML = "<p title=\"\(Samples.hostile)\">\(Samples.hostile)</p>"
    let page = PageReader(html.markup)
    #expect(page.elements.count == 1 && page.problems.isEmpty)
    let expected = Samples.hostile.replacing("\u{0}", with: "\u{FFFD}").replacing("\u{1b}", with: "\u{FFFD}")
    #expect(page.elements[0].text == expected && page.elements[0].attributes["title"] == expected)
  }

  @Test(
    "paths become links that lead back to them",
    arguments: ["a.html", "a b#c?d%20.html", "é/ü.html", "x\"<>&'.html", "javascript:alert(1)", "..\\a", "日本.html"])
  func links(_ path: String) {
    let link = HTML.link(path)
    #expect(link.removingPercentEncoding == path)
    #expect(!link.contains { "\"<>&': #?\\".contains($0) })
  }

  @Test("data for programs cannot end their element")
  func json() throws {
    let html: HTML = "<script>\(json: ["name": "</script><!-- & \u{2028}"])</script>"
    #expect(PageReader(html.markup).elements.count == 1)
    let content = html.markup.dropFirst("<script>".count).dropLast("</script>".count)
    #expect(!content.contains("<"))
    let read = try JSONDecoder().decode([String: String].self, from: Data(content.utf8))
    #expect(read == ["name": "</script><!-- & \u{2028}"])
  }

  @Test("embedded files")
  func data() {
    let html: HTML = "<img src=\"\(data: .png([0, 1, 2, 255]))\">"
    #expect(html.markup == "<img src=\"data:image/png;base64,AAEC/w==\">")
  }

  @Test(
    "numbers have five digits, a minus that is read as one, and say where they are none",
    arguments: [
      (1.0, "1"), (-0.000_123_456, "−0.00012346"), (123456, "1.2346e+05"), (.nan, "not a number"), (.infinity, "∞"),
      (-.infinity, "−∞"),
    ])
  func numbers(_ value: Double, _ text: String) { #expect(NumberText.plain(value) == text) }
}
