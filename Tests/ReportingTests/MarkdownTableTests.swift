import Reporting
import Testing

@Suite struct MarkdownTableTests {
  @Test("the first columns read from the left, the others from the right, and a bar in a cell is no border")
  func columns() {
    var table = MarkdownTable(["name", "Σ|R|", "n"])
    table.add(["a", "1", "2"])
    #expect(table.text == "| name | Σ\\|R\\| | n |\n|---|---:|---:|\n| a | 1 | 2 |\n")
    #expect(MarkdownTable(["a", "b", "c"], textColumns: 2).text.contains("\n|---|---|---:|\n"))
    #expect(MarkdownTable(["a", "b"], textColumns: 5).text.contains("\n|---|---|\n"))
  }
}
