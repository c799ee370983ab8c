import Foundation

/// The elements of a page in their order, as a browser would see them: enough of one to check structure and texts.
struct PageReader {
  struct Element {
    var name: String
    var attributes: [String: String]
    /// Text up to the element's end, without that of scripts and styles.
    var text = ""
    /// Names of the elements around it, from the outside.
    var path: [String]
  }

  private(set) var elements: [Element] = []
  /// What is wrong with the nesting.
  private(set) var problems: [String] = []

  private static let empty: Set<String> = ["meta", "link", "img", "input", "br", "wbr"]

  init(_ page: String) {
    var rest = page[...]
    var open: [Int] = []
    while let start = rest.firstIndex(of: "<") {
      let text = Self.unescaped(rest[..<start])
      for index in open where !["script", "style"].contains(elements[open.last!].name) { elements[index].text += text }
      rest = rest[start...]
      if rest.hasPrefix("<!DOCTYPE") {
        rest = rest[(rest.firstIndex(of: ">").map { rest.index(after: $0) } ?? rest.endIndex)...]
      } else if rest.hasPrefix("</") {
        let end = rest.firstIndex(of: ">") ?? rest.endIndex
        let name = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
        if let last = open.popLast(), elements[last].name != name {
          problems.append("</\(name)> closes <\(elements[last].name)>")
        }
        rest = end < rest.endIndex ? rest[rest.index(after: end)...] : ""
      } else {
        let (element, isClosed, after) = Self.tag(rest.dropFirst(), path: open.map { elements[$0].name })
        elements.append(element)
        rest = after
        if !Self.empty.contains(element.name), !isClosed { open.append(elements.count - 1) }
        if ["script", "style"].contains(element.name) {
          // Their content is no markup.
          rest = rest.range(of: "</\(element.name)").map { rest[$0.lowerBound...] } ?? ""
        }
      }
    }
    problems += open.map { "<\(elements[$0].name)> is not closed" }
  }

  /// `name a="b" c>` or, in drawings, `name/>`, and what follows.
  private static func tag(_ text: Substring, path: [String]) -> (Element, isClosed: Bool, Substring) {
    var rest = text
    let name = String(rest.prefix { $0.isLetter || $0.isNumber })
    rest = rest.dropFirst(name.count)
    var attributes: [String: String] = [:]
    var isClosed = false
    while true {
      rest = rest.drop { $0.isWhitespace }
      if rest.first == "/" {
        isClosed = true
        rest = rest.dropFirst()
      }
      guard let first = rest.first, first != ">" else { break }
      let key = String(rest.prefix { $0 != "=" && $0 != ">" && !$0.isWhitespace && $0 != "/" })
      rest = rest.dropFirst(key.count)
      if rest.hasPrefix("=\"") {
        rest = rest.dropFirst(2)
        let value = rest.prefix { $0 != "\"" }
        attributes[key] = unescaped(value)
        rest = rest.dropFirst(value.count + 1)
      } else {
        attributes[key] = ""
      }
    }
    return (Element(name: name, attributes: attributes, path: path), isClosed, rest.dropFirst())
  }

  private static func unescaped(_ text: Substring) -> String {
    String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }
  var identifiers: [String] { elements.compactMap { $0.attributes["id"] } }
}
