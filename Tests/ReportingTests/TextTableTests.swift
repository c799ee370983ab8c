import Reporting
import Testing

@Suite struct TextTableTests {
  @Test("columns are as wide as their widest cell, numbers on the right, no spaces at the end")
  func columns() {
    var table = TextTable([("layer", .left), ("ms", .right), ("kernels", .left)])
    table.add(["conv1_1", "12.5", "a, b"])
    table.add(["fc6", "3", ""])
    #expect(table.lines == ["layer      ms  kernels", "conv1_1  12.5  a, b", "fc6         3"])
  }
}
