import Reporting

/// What the page says of one experiment.
struct Section {
  /// "(b) LRP against sensitivity analysis"
  let title: String
  let parts: [Part]
  let claims: [Claim]
  /// Charts by file name, drawn from the kept numbers.
  var charts: [String: SVGDocument] = [:]

  enum Part {
    /// A paragraph in Markdown.
    case text(String)
    case table(MarkdownTable)
    /// A file of the results' folder, and what it shows.
    case figure(_ file: String, _ meaning: String)
  }

  /// - Parameter link: how the page refers to the results' folder.
  func markdown(link: String) -> String {
    let texts = parts.map { part in
      switch part {
      case .text(let text): text
      case .table(let table): String(table.text.dropLast())
      case .figure(let file, let meaning): "![\(meaning)](\(link)/\(file))"
      }
    }
    return "## \(title)\n\n" + texts.joined(separator: "\n\n")
  }
}
