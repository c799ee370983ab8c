import Imaging
import RelevancePropagation
import Testing

@Suite("Constant windows")
struct ConstantWindowsTests {
  /// By definition: every pixel of the window is the window's first.
  func isConstant(_ bytes: [UInt8], _ width: Int, _ bytesPerPixel: Int, _ columns: Range<Int>, _ rows: Range<Int>) -> Bool {
    let first = pixel(bytes, width, bytesPerPixel, columns.lowerBound, rows.lowerBound)
    return rows.allSatisfy { y in columns.allSatisfy { pixel(bytes, width, bytesPerPixel, $0, y) == first } }
  }

  func pixel(_ bytes: [UInt8], _ width: Int, _ bytesPerPixel: Int, _ x: Int, _ y: Int) -> [UInt8] {
    let start = (y * width + x) * bytesPerPixel
    return Array(bytes[start..<start + bytesPerPixel])
  }

  @Test("Equals the definition for every window of images with flat patches", arguments: [1, 3, 12], 1...3)
  func definition(bytesPerPixel: Int, seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let (width, height) = (37, 23)
    var bytes = [UInt8](repeating: 7, count: width * height * bytesPerPixel)
    // A flat rectangle of another colour, and single bytes that differ in one bit.
    for y in 4..<19 {
      for x in 9..<28 { for c in 0..<bytesPerPixel { bytes[(y * width + x) * bytesPerPixel + c] = UInt8(40 + c) } }
    }
    for _ in 0..<6 { bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8) }
    var found = 0
    for size in [1, 2, 5, 8, 23] {
      for y in 0...height - size {
        let windows = bytes.withUnsafeBytes {
          ConstantWindows(in: $0, width: width, bytesPerPixel: bytesPerPixel, rows: y..<y + size)
        }
        for x in 0...width - size {
          let expected = isConstant(bytes, width, bytesPerPixel, x..<x + size, y..<y + size)
          #expect(windows.isConstant(columns: x..<x + size) == expected, "\(size) at \(x), \(y)")
          let first = pixel(bytes, width, bytesPerPixel, x, y)
          #expect(windows.pixel(columns: x..<x + size) == (expected ? first : nil))
          if expected { found += 1 }
        }
      }
    }
    #expect(found > 500)
  }

  @Test("A colour that changes in one channel, or from one column to the next, is not constant")
  func channels() {
    var bytes = [UInt8](repeating: 200, count: 4 * 2 * 3)
    func windows() -> ConstantWindows {
      bytes.withUnsafeBytes { ConstantWindows(in: $0, width: 4, bytesPerPixel: 3, rows: 0..<2) }
    }
    #expect(windows().pixel(columns: 0..<4) == [200, 200, 200])
    // Blue of column 2, in both rows: the columns are constant, the window is not.
    bytes[8] = 201
    bytes[20] = 201
    #expect(!windows().isConstant(columns: 0..<4))
    #expect(windows().isConstant(columns: 0..<2))
    #expect(windows().pixel(columns: 2..<3) == [200, 200, 201])
    #expect(!windows().isConstant(columns: 2..<4))
    #expect(windows().isConstant(columns: 3..<4))
  }
}
