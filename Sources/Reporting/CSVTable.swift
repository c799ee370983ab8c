/// Comma-separated values (RFC 4180): a cell with a comma, a quote or a line break stands in quotes.
public struct CSVTable: Sendable {
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
    rows.map { $0.map(Self.cell).joined(separator: ",") + "\n" }.joined()
  }

  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
