import Foundation
import Markup

/// Markup of a page. Texts are escaped on their way in, so that names of files and classes stay texts:
///
/// ```swift
/// let cell: HTML = "<td title=\"\(path)\">\(name)</td>"   // path and name may hold <, &, quotes, <script>
/// ```
/// What stands in the literal is markup; what is interpolated is escaped for content and for attributes in double quotes,
/// unless it is `HTML` itself. Attributes that are links take `\(link:)`, embedded files `\(data:)`.
public struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  public let markup: String

  public init(stringLiteral value: StaticString) { markup = "\(value)" }
  public init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// Drawn by this module, whose texts are escaped already.
  init(_ picture: SVGDocument, label: String) { markup = picture.inline(label: label) }

  /// Markup that this module knows to be whole: a style sheet, a program.
  init(asset: String) { markup = asset }

  public struct StringInterpolation: StringInterpolationProtocol {
    var markup = ""

    public init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity) }

    /// Known when the program is compiled: no text of a file or user can come this way.
    public mutating func appendLiteral(_ literal: StaticString) { markup += "\(literal)" }
    public mutating func appendInterpolation(_ text: String) { markup += text.escapedForMarkup }
    public mutating func appendInterpolation(_ number: Int) { markup += "\(number)" }
    public mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
    public mutating func appendInterpolation(_ html: HTML?) { markup += html?.markup ?? "" }
    public mutating func appendInterpolation(_ list: [HTML]) {
      markup += list.map(\.markup).joined(separator: "\n")
    }

    /// A relative path as the value of href or src.
    public mutating func appendInterpolation(link path: String) { markup += HTML.link(path) }

    /// A file inside the page.
    public mutating func appendInterpolation(data file: EmbeddedFile) {
      markup += "data:\(file.type.escapedForMarkup);base64,\(Data(file.bytes).base64EncodedString())"
    }

    /// A value for a program of the page, as the content of `<script type="application/json">`.
    public mutating func appendInterpolation(json value: some Encodable) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let text = (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
      // "<" stands in strings alone, and could begin the end of the script there.
      markup += text.replacing("<", with: "\\u003c")
    }
  }

  /// A name that may be broken behind its underscores.
  static func breakable(_ name: String) -> HTML {
    HTML(asset: name.escapedForMarkup.replacing("_", with: "_<wbr>"))
  }

  /// A relative path, byte by byte: "a b#1.html" is "a%20b%231.html". A first part with a colon would be a scheme.
  static func link(_ path: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    return path.utf8.map { plain.contains($0) ? String(UnicodeScalar($0)) : String(format: "%%%02X", $0) }.joined()
  }
}
