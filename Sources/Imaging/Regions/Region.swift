public import RelevancePropagation

/// A rectangle of an image, decoded: RGB samples interleaved `[height, width, 3]`, rows from the top.
public struct Region: Sendable, Hashable, CustomStringConvertible {
  /// Where it lies, in pixels of the reader's image.
  public let area: PixelRectangle
  public let samples: Samples
  /// Parts that the file does not give, in this region's own pixels: tiles whose bytes are damaged or missing, rows
  /// behind the end of a file that was cut off, and what was resized from them. Their samples are 0.
  public let unreadable: [PixelRectangle]

  /// width · height · 3 samples, 0 … 255.
  public enum Samples: Sendable, Hashable {
    case bytes([UInt8])
    /// Of images with 16 bits a sample: with fractions.
    case floats([Float])
  }

  public var width: Int { area.width }
  public var height: Int { area.height }

  public var description: String { "region \(area)" }

  /// All samples rounded to whole levels.
  public var bytes: [UInt8] {
    switch samples {
    case .bytes(let bytes): bytes
    case .floats(let floats): floats.map { UInt8(min(max($0, 0), 255).rounded()) }
    }
  }

  /// Whether any pixel of `part`, in this region's pixels, is unreadable.
  public func isUnreadable(_ part: PixelRectangle) -> Bool {
    unreadable.contains { $0.intersection(part) != nil }
  }
}
