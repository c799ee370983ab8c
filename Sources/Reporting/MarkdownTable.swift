/// A table in Markdown: the first columns read from the left, the others are numbers.
public struct MarkdownTable: Sendable {
  private var rows: [[String]]
  private let columns: Int
  private let textColumns: Int

  /// - Parameter textColumns: how many columns read from the left.
  public init(_ titles: [String], textColumns: Int = 1) {
    rows = [titles]
    columns = titles.count
    self.textColumns = min(textColumns, columns)
  }

  /// - Precondition: as many cells as titles.
  public mutating func add(_ cells: [String]) {
    precondition(cells.count == columns, "\(cells.count) cells in \(columns) columns")
    rows.append(cells)
  }

  public var text: String {
    let lines = rows.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
    let rule =
      String(repeating: "|---", count: textColumns) + String(repeating: "|---:", count: columns - textColumns) + "|"
    return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n") + "\n"
  }
}
