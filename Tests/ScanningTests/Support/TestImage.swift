import RelevancePropagation
import Synchronization

@testable import Scanning

/// Pixels in memory that note what is read of them.
final class TestImage: PixelSource {
  let width: Int
  let height: Int
  /// RGB, `[height, width, 3]`.
  let pixels: [UInt8]
  /// Told where a rectangle that is read touches it.
  let unreadable: [PixelRectangle]
  private let readings = Mutex<[PixelRectangle]>([])

  init(width: Int, height: Int, pixels: [UInt8], unreadable: [PixelRectangle] = []) {
    (self.width, self.height, self.pixels, self.unreadable) = (width, height, pixels, unreadable)
  }

  /// Every pixel drawn.
  convenience init(width: Int, height: Int, seed: UInt64, unreadable: [PixelRectangle] = []) {
    var random = SplitMix64(seed: seed)
    self.init(
      width: width, height: height,
      pixels: (0..<3 * width * height).map { _ in UInt8.random(in: 0...255, using: &random) },
      unreadable: unreadable)
  }

  /// The same with rectangles of one colour.
  func painted(_ rectangles: [(PixelRectangle, [UInt8])]) -> TestImage {
    var pixels = pixels
    for (rectangle, colour) in rectangles {
      for y in rectangle.rows {
        for x in rectangle.columns {
          pixels.replaceSubrange(3 * (y * width + x)..<3 * (y * width + x) + 3, with: colour)
        }
      }
    }
    return TestImage(width: width, height: height, pixels: pixels, unreadable: unreadable)
  }

  var extent: Extent { Extent(height, width) }

  /// What was read, in order.
  var read: [PixelRectangle] { readings.withLock { $0 } }

  func read(_ rectangle: PixelRectangle) throws -> PixelBlock {
    readings.withLock { $0.append(rectangle) }
    precondition(rectangle.x >= 0 && rectangle.y >= 0 && !rectangle.isEmpty)
    precondition(rectangle.columns.upperBound <= width && rectangle.rows.upperBound <= height)
    let rows = rectangle.rows.flatMap { y in
      pixels[3 * (y * width + rectangle.x)..<3 * (y * width + rectangle.columns.upperBound)]
    }
    return PixelBlock(.bytes(rows), unreadable: unreadable.filter { $0.intersects(rectangle) })
  }

  /// A pixel as the network reads it: channel `c` at (y, x), black beyond the border.
  func value(_ c: Int, _ y: Int, _ x: Int, _ preprocessing: Preprocessing) -> Float {
    guard y < height, x < width else { return preprocessing.low[c] }
    let pixel = pixels[3 * (y * width + x)..<3 * (y * width + x) + 3].map { Double($0) }
    let level =
      switch preprocessing.channelOrder {
      case .rgb: pixel[c]
      case .bgr: pixel[2 - c]
      case .grey: Double((Int(pixel[0]) * 19595 + Int(pixel[1]) * 38470 + Int(pixel[2]) * 7471 + 32768) >> 16)
      }
    return Float((level * preprocessing.scale - preprocessing.mean[c]) / preprocessing.deviation[c])
  }

  /// A window as a tensor `[C, H, W]`.
  func window(y: Int, x: Int, shape: Shape, _ preprocessing: Preprocessing) -> Tensor {
    Tensor(
      shape: shape,
      scalars: (0..<shape[0]).flatMap { c in
        (0..<shape[1]).flatMap { i in (0..<shape[2]).map { value(c, y + i, x + $0, preprocessing) } }
      })
  }
}
