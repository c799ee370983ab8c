import Foundation
import RelevancePropagation

/// Memory that decoded pixels go to: the rectangle `area` of some picture, RGB, bytes or floats.
struct PixelBuffer {
  let area: PixelRectangle
  let isWide: Bool
  /// Samples from one row to the next.
  let stride: Int
  /// Where `area`'s first sample lies.
  let base: UnsafeMutableRawPointer

  init(area: PixelRectangle, isWide: Bool, base: UnsafeMutableRawPointer, stride: Int? = nil) {
    self.area = area
    self.isWide = isWide
    self.stride = stride ?? area.width * 3
    self.base = base
  }

  var bytesPerSample: Int { Self.bytesPerSample(isWide) }
  static func bytesPerSample(_ isWide: Bool) -> Int { isWide ? MemoryLayout<Float>.stride : 1 }

  /// Pixel (x, y) in the picture's coordinates.
  func pointer(x: Int, y: Int) -> UnsafeMutableRawPointer {
    base + ((y - area.y) * stride + (x - area.x) * 3) * bytesPerSample
  }

  /// The part of it that holds `part`.
  /// - Precondition: `part` lies inside `area`.
  func part(_ part: PixelRectangle) -> PixelBuffer {
    precondition(area.contains(part), "\(part) is not inside \(area)")
    return PixelBuffer(area: part, isWide: isWide, base: pointer(x: part.x, y: part.y), stride: stride)
  }

  /// Sets `part` to 0.
  func clear(_ part: PixelRectangle) {
    for y in part.rows { memset(pointer(x: part.x, y: y), 0, part.width * 3 * bytesPerSample) }
  }

  /// Copies `part` from another buffer of the same picture.
  func copy(_ part: PixelRectangle, from other: PixelBuffer) {
    for y in part.rows {
      memcpy(pointer(x: part.x, y: y), other.pointer(x: part.x, y: y), part.width * 3 * bytesPerSample)
    }
  }

  /// A buffer of its own for `body`.
  static func temporary<Result>(
    _ area: PixelRectangle, isWide: Bool, _ body: (PixelBuffer) throws -> Result
  ) rethrows -> Result {
    let count = max(area.width * area.height * 3 * bytesPerSample(isWide), 1)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
    defer { memory.deallocate() }
    return try body(PixelBuffer(area: area, isWide: isWide, base: memory))
  }
}
