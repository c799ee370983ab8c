public import RelevancePropagation

/// Where a scan reads its pixels: an image file, an array, whatever has rectangles of pixels.
///
/// It is asked for rectangles of the image by one thread at a time. Within a rectangle of the map that is scanned
/// (`Scan.run`) they follow each other from top to bottom without overlapping, so that files which must be decoded from the
/// top can serve; a further rectangle may begin above.
public protocol PixelSource: Sendable {
  /// - Parameter rectangle: in pixels of the image, inside it.
  /// - Throws: what ends the scan. Parts that cannot be read are told by `PixelBlock.unreadable` instead: the scan goes on.
  func read(_ rectangle: PixelRectangle) throws -> PixelBlock
}

/// A rectangle of an image's pixels.
public struct PixelBlock: Sendable {
  public enum Samples: Sendable {
    /// Levels 0 … 255, `[rows, columns, 3]`, red, green, blue.
    case bytes([UInt8])
    /// Numbers as the network reads them, `[C, rows, columns]`: for images of 16 bits, or normalised elsewhere.
    case planes([Float])
  }

  public var samples: Samples
  /// Parts that could not be read, in pixels of the image; their samples may be anything.
  public var unreadable: [PixelRectangle]

  public init(_ samples: Samples, unreadable: [PixelRectangle] = []) {
    self.samples = samples
    self.unreadable = unreadable
  }
}

extension PixelBlock.Samples {
  var bytes: Int {
    switch self {
    case .bytes(let pixels): pixels.count
    case .planes(let numbers): numbers.count * MemoryLayout<Float>.stride
    }
  }
}
