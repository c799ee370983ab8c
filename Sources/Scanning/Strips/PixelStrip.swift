import Foundation
import RelevancePropagation

/// Pixels of a rectangle of the map, as a source gave them.
struct PixelStrip: Sendable {
  /// On the map.
  let rectangle: PixelRectangle
  let samples: PixelBlock.Samples

  /// The rows `rows` of this strip with the rows of `below` under them.
  /// - Precondition: both have the same columns, and `below` begins where `rows` end.
  func taking(_ rows: Range<Int>, over below: PixelStrip) -> PixelStrip {
    precondition(rectangle.columns == below.rectangle.columns && rows.upperBound == below.rectangle.y)
    let own = rows.lowerBound - rectangle.y..<rows.upperBound - rectangle.y
    let joined = PixelRectangle(rows: rows.lowerBound..<below.rectangle.rows.upperBound, columns: rectangle.columns)
    let samples: PixelBlock.Samples
    switch (self.samples, below.samples) {
    case (.bytes(let above), .bytes(let under)):
      let pitch = 3 * rectangle.width
      samples = .bytes(
        Self.joined([(above, own.lowerBound * pitch..<own.upperBound * pitch), (under, 0..<under.count)]))
    case (.planes(let above), .planes(let under)):
      let pitch = rectangle.width
      let (plane, planeBelow) = (rectangle.height * pitch, below.rectangle.height * pitch)
      var parts: [(samples: [Float], range: Range<Int>)] = []
      for channel in 0..<above.count / plane {
        let first = channel * plane + own.lowerBound * pitch
        parts.append((above, first..<first + own.count * pitch))
        parts.append((under, channel * planeBelow..<(channel + 1) * planeBelow))
      }
      samples = .planes(Self.joined(parts))
    default: preconditionFailure("samples of two kinds")
    }
    return PixelStrip(rectangle: joined, samples: samples)
  }

  private static func joined<Sample>(_ parts: [(samples: [Sample], range: Range<Int>)]) -> [Sample] {
    let count = parts.reduce(0) { $0 + $1.range.count }
    return [Sample](unsafeUninitializedCapacity: count) { target, initialized in
      for (samples, range) in parts {
        _ = target[initialized...].initialize(fromContentsOf: samples[range])
        initialized += range.count
      }
    }
  }

  /// The colour of a rectangle all of whose pixels have it; nil where they differ, and where pixels are no bytes.
  /// - Precondition: the rectangle lies in the strip.
  func colour(of window: PixelRectangle) -> UInt32? {
    guard case .bytes(let pixels) = samples else { return nil }
    let (left, top) = (window.x - rectangle.x, window.y - rectangle.y)
    return pixels.withUnsafeBytes { bytes in
      let first = bytes.baseAddress! + 3 * (top * rectangle.width + left)
      // A row shifted by one pixel is itself; the rows below are the first.
      guard memcmp(first, first + 3, 3 * (window.width - 1)) == 0 else { return nil }
      for row in 1..<max(window.height, 1) where memcmp(first, first + 3 * row * rectangle.width, 3 * window.width) != 0
      {
        return nil
      }
      return (0..<3).reduce(0) { $0 << 8 | UInt32(first.load(fromByteOffset: $1, as: UInt8.self)) }
    }
  }
}
