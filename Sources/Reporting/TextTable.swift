/// A table for the terminal: columns as wide as their widest cell.
public struct TextTable: Sendable {
  public enum Alignment: Sendable { case left, right }
  private let alignments: [Alignment]
  private var rows: [[String]]

  public init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
  }

  public mutating func add(_ cells: [String]) { rows.append(cells) }

  public var lines: [String] {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        row[column].padded(to: widths[column], on: alignments[column] == .left ? .left : .right)
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension String {
  public enum Side: Sendable { case left, right }

  /// The text with spaces up to `width`, itself on the left or on the right.
  public func padded(to width: Int, on side: Side = .left) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return side == .left ? self + spaces : spaces + self
  }
}
