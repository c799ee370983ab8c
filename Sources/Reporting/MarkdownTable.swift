/// A table in Markdown: the first column reads from the left, the others are numbers.
public struct MarkdownTable: Sendable {
  private var rows: [[String]]
  private let columns: Int

  public init(_ titles: [String]) {
    rows = [titles]
    columns = titles.count
  }

  /// - Precondition: as many cells as titles.
  public mutating func add(_ cells: [String]) {
    precondition(cells.count == columns, "\(cells.count) cells in \(columns) columns")
    rows.append(cells)
  }

  public var text: String {
    let lines = rows.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
    let rule = "|---" + String(repeating: "|---:", count: columns - 1) + "|"
    return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n") + "\n"
  }
}
