import Foundation
import FoundationXML
import Markup
import Testing

/// Any text is content and attribute of a document that an XML parser reads, and comes back.
@Suite struct EscapedTextTests {
  private final class Reader: NSObject, XMLParserDelegate {
    var content = ""
    var attribute: String?
    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { attribute = attributes["a"] }
    func parser(_ parser: XMLParser, foundCharacters text: String) { content += text }
  }

  private func read(_ text: String) -> Reader? {
    let reader = Reader()
    let escaped = text.escapedForMarkup
    let parser = XMLParser(data: Data("<t a=\"\(escaped)\">\(escaped)</t>".utf8))
    parser.delegate = reader
    return parser.parse() ? reader : nil
  }

  @Test("texts come back", arguments: ["a<b>&\"'#?%20 é", "&amp; ]]> <!--", "𝒓 = a ⊙ c", ""])
  func comesBack(_ text: String) throws {
    let found = try #require(read(text))
    #expect(found.content == text)
    #expect(found.attribute == text)
  }

  @Test("what no document may hold becomes U+FFFD")
  func forbidden() throws {
    for scalar in [0x0, 0x8, 0xB, 0xC, 0xD, 0x1F, 0x7F, 0x9F, 0xFFFE, 0xFFFF].map({ Unicode.Scalar($0)! }) {
      #expect(try #require(read("a\(scalar)b")).content == "a\u{FFFD}b", "U+\(String(scalar.value, radix: 16))")
    }
    #expect(try #require(read("a\tb\nc")).content == "a\tb\nc")
  }
}
